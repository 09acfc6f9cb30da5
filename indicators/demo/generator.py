"""One figure of one unit in one quarter, from nothing but codes."""

from dataclasses import dataclass

from indicators.demo.chance import between, chance, whole_between
from indicators.demo.course import Course
from indicators.demo.paths import ON_TIME, Pace, Path, pace_of
from indicators.demo.sizes import NOT_EVERYWHERE, OF_THE_OWNER, growing, usual_size
from indicators.models import Kind
from metroplan.submissions.models import FigureState

# The first three quarters lag a little, the fourth catches up.
SEASON_LAG = (0.4, 0.4, 0.4, 0.0)
SEASON = (0.86, 1.0, 0.98, 1.16)
FULL = 99.3


@dataclass(frozen=True, slots=True)
class Answer:
    state: str
    value: int | None = None
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit that reports. `identity` stays the same when a unit is only renamed; `path` is its
    own part of the plan's path for a figure that is summed."""

    identity: str
    level: str
    owner: bool
    path: Path | None = None


def figure(course: Course, subject: Subject, quarter: int) -> Answer:
    absent = NOT_EVERYWHERE.get(course.measure, 0.0)
    if not subject.owner and chance("applies", course.measure, subject.identity) < absent:
        return Answer(FigureState.NOT_APPLICABLE)
    if course.kind == Kind.YES_NO:
        return Answer(FigureState.VALUE, value=int(quarter >= done_at(course, subject)))
    if course.kind == Kind.RATIO:
        return _rate(course, subject, quarter)
    value = _count(course, subject, quarter)
    return Answer(FigureState.VALUE if value else FigureState.ZERO, value=value)


def done_at(course: Course, subject: Subject) -> int:
    """The quarter in which a deliverable is done: mostly in time, some late, a few never."""
    first, due = course.path.start[0] + 1, course.path.end[0]
    words = (course.measure, subject.identity)
    draw = chance("done", *words)
    if draw < 0.74:
        return max(due - whole_between(0, 9, "early", *words), first)
    if draw < 0.86:
        return due + whole_between(1, 5, "late", *words)
    return due + whole_between(6, 16, "late", *words) if draw < 0.93 else due + 400


def pace_for(course: Course, subject: Subject) -> Pace:
    return pace_of(course.measure, subject.identity, owner=subject.owner)


def _rate(course: Course, subject: Subject, quarter: int) -> Answer:
    words = (course.measure, subject.identity, quarter)
    size = usual_size(course.measure, subject.identity, subject.level, owner=subject.owner)
    fixed = subject.owner and course.measure in OF_THE_OWNER
    whole = size if fixed else growing(size, course.path.start, quarter)
    if course.flow:
        whole *= SEASON[quarter % 4] * between(0.85, 1.15, "lots", *words)
    denominator = max(round(whole), 4)
    percent = _percent(course, subject, quarter)
    exact = denominator * percent / 100
    # A share of a few dozen is rounded up: the office counts until it has met the target.
    numerator = int(exact) + (exact > int(exact)) if denominator < 100 else round(exact)
    numerator = min(denominator, max(numerator, 0))
    state = FigureState.VALUE if numerator else FigureState.ZERO
    return Answer(state, numerator=numerator, denominator=denominator)


def _percent(course: Course, subject: Subject, quarter: int) -> float:
    path, pace = course.path, pace_for(course, subject)
    start, first_target = path.start, path.points[1]
    way = min(max(quarter - start[0], 0) / (first_target[0] - start[0]), 1.0)
    if way == 0:
        return path.start[1]
    base = path.at(pace.moment(start[0], quarter))
    top = start[1] + (path.end[1] - start[1]) * pace.reach
    noise = between(-0.4, 0.4, "noise", course.measure, subject.identity, quarter)
    percent = min(base, top) + pace.edge * way + noise
    full = path.end[1] >= FULL and pace.edge > 0 and percent >= FULL - 2
    if full or _settled(course, subject, quarter):
        return 100.0
    return min(max(percent, 0.0), 100.0)


def _settled(course: Course, subject: Subject, quarter: int) -> bool:
    """Most of what is to be complete is so in the end, also where it came late."""
    at, target = course.path.end
    if target < FULL or chance("settles", course.measure) >= 0.6:
        return False
    return quarter >= at + between(2, 14, "settles", course.measure, subject.identity)


def _count(course: Course, subject: Subject, quarter: int) -> int:
    if course.falling:
        return _falling(course, subject, quarter)
    if course.growth:
        return _growing(course, subject, quarter)
    if not course.flow or course.yearly:
        return _level(course, subject, quarter)
    season, before = SEASON_LAG[quarter % 4], SEASON_LAG[(quarter - 1) % 4]
    upto = _level(course, subject, quarter - season)
    return upto - _level(course, subject, quarter - 1 - before)


def _level(course: Course, subject: Subject, time: float) -> int:
    """A stock, or the sum of a flow since the plan's start, at a moment; it never falls."""
    path = subject.path or course.path
    pace = ON_TIME if time <= path.start[0] else pace_for(course, subject)
    value = path.at(pace.moment(path.start[0], time))
    top = path.start[1] + (path.end[1] - path.start[1]) * pace.reach
    return int(min(value, top) + (1e-9 if course.few else 0.5))


def _growing(course: Course, subject: Subject, quarter: int) -> int:
    """A figure that is to grow against its base year, 100 there."""
    start = course.path.start
    pace = ON_TIME if quarter <= start[0] else pace_for(course, subject)
    index = course.path.at(pace.moment(start[0], quarter)) / 100
    size = usual_size(course.measure, subject.identity, subject.level, owner=subject.owner)
    if not course.flow:
        return round(size * index)
    noise = between(0.97, 1.03, "noise", course.measure, subject.identity, quarter)
    return round(size * index * SEASON[quarter % 4] * noise)


def _falling(course: Course, subject: Subject, quarter: int) -> int:
    """Faults in a quarter: fewer every year, after the target only rarely one."""
    yearly = course.path.at(quarter) - course.path.end[1]
    draw = chance("fault", course.measure, subject.identity, quarter)
    if yearly <= 0.3:
        return int(draw < 0.0015)
    return int(yearly / 4 * 2 * draw)
