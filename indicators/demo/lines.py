"""The lines of a plan's historic figures, as `import_figures` reads them."""

import csv
import io
from collections.abc import Iterator

from indicators.bulk_figures import HEADER
from indicators.demo.chance import chance
from indicators.demo.generator import Answer, figure
from indicators.demo.scene import Scene, Stretch, first_shown
from metroplan.common.periods import Period

MISSES = 0.022
MISSES_AT_FIRST = 0.06
FALLS_SILENT = 0.02
SILENT_QUARTERS = 7


def historic_csv(scene: Scene, last: int) -> bytes:
    """All figures from the scene's first quarter to `last`, in UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for quarter in range(scene.first, last + 1):
        for stretch in scene.filling(quarter):
            if reports(scene, stretch, quarter, last):
                writer.writerows(_lines(scene, stretch, quarter))
    return out.getvalue().encode()


def _lines(scene: Scene, stretch: Stretch, quarter: int) -> Iterator[tuple[object, ...]]:
    period = str(Period(quarter))
    for measure, answer in answers(scene, stretch, quarter):
        parts = (answer.value, answer.numerator, answer.denominator)
        shown = ("" if part is None else part for part in parts)
        yield stretch.code, measure, period, answer.state, *shown


def answers(scene: Scene, stretch: Stretch, quarter: int) -> Iterator[tuple[str, Answer]]:
    """What one unit says of each measure of its form, in the form's order.

    Before the plan's first quarter only what a base is needed for is known.
    """
    running = quarter >= scene.plan.starts.index
    for measure in scene.asked[stretch.form]:
        course = scene.courses[measure]
        if running or (course.based and quarter >= first_shown(course)):
            yield measure, figure(course, scene.subjects[measure, stretch.code], quarter)


def reports(scene: Scene, stretch: Stretch, quarter: int, last: int) -> bool:
    """Whether the unit sent its form: nearly always; a few fell silent lately."""
    if stretch.owner or quarter in base_quarters(scene):
        return True
    silent = chance("silent", stretch.identity) < FALLS_SILENT
    if silent and quarter > last + 1 - SILENT_QUARTERS:
        return False
    misses = MISSES_AT_FIRST if quarter < scene.plan.starts.index + 4 else MISSES
    return chance("missing", stretch.form, stretch.identity, quarter) >= misses


def base_quarters(scene: Scene) -> set[int]:
    """Quarters that a later figure is measured against: nobody is missing in them."""
    bases: set[int] = set()
    for course in scene.courses.values():
        if course.based:
            bases.update(range(first_shown(course), course.path.start[0] + 1))
    return bases
