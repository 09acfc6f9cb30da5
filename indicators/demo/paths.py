"""How a figure moves along a plan's path: straight between anchors, at a unit's own pace."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from indicators.demo.chance import between, chance

Point = tuple[int, float]
"""A quarter's index and the value that stands there."""


@dataclass(frozen=True, slots=True)
class Path:
    """`drift` is the part of the last slope that goes on after the last anchor."""

    points: tuple[Point, ...]
    drift: float = 0.0

    @property
    def start(self) -> Point:
        return self.points[0]

    @property
    def end(self) -> Point:
        return self.points[-1]

    def at(self, time: float) -> float:
        """Flat before the first anchor. `time` is a quarter's index, or a moment between two."""
        if time <= self.start[0] or len(self.points) == 1:
            return self.start[1]
        i = min(bisect_right([at for at, _ in self.points], time), len(self.points) - 1)
        (a, low), (b, high) = self.points[i - 1], self.points[i]
        slope = (high - low) / (b - a)
        return low + slope * (min(time, b) - a) + self.drift * slope * max(time - b, 0)

    def with_values(self, values: Sequence[float]) -> "Path":
        """The same quarters with other values."""
        points = tuple((at, value) for (at, _), value in zip(self.points, values, strict=True))
        return Path(points, self.drift)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a unit follows a path. `speed` 1 is on time; `reach` is the part of the way it gets to;
    `edge` is what a rate has more, in points, once it stands at its first target."""

    speed: float
    reach: float
    edge: float

    def moment(self, start: int, quarter: float) -> float:
        """The time on the path that a unit with this pace has come to."""
        return start + (quarter - start) * self.speed


ON_TIME = Pace(1.0, 9.0, 0.0)
GOOD, LATE, SLOW, STUCK = 0.68, 0.82, 0.92, 0.97


def pace_of(measure: str, unit: str, *, owner: bool) -> Pace:
    """Most are on time or ahead, some late, some stuck short of the target, few fall back."""
    draw = chance("pace", measure, unit)
    if owner:
        draw *= 0.94
    words = (measure, unit)
    if draw < GOOD:
        return Pace(between(1.03, 1.28, "speed", *words), 9.0, between(0.8, 3.2, "edge", *words))
    if draw < LATE:
        return Pace(between(0.88, 1.0, "speed", *words), 9.0, between(0.2, 0.8, "edge", *words))
    if draw < SLOW:
        return Pace(between(0.66, 0.86, "speed", *words), 9.0, between(-1.5, 0.3, "edge", *words))
    reach = between(0.78, 0.95, "reach", *words)
    if draw < STUCK:
        return Pace(between(0.75, 0.95, "speed", *words), reach, between(-5, -1, "edge", *words))
    return Pace(0.35, reach * 0.6, between(-14, -5, "edge", *words))
