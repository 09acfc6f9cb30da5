"""From a figure back to its source."""

import pytest

from indicators.models import ImportBatch, Observation
from indicators.selectors.trace import observation_trace
from indicators.services.observations import Figure, write_figures
from metroplan.submissions.services.files import store_file
from tests.world import World, current, report

FILE = "organisation,measure,period,state,value\n900300,standards,2022Q4,value,7\n"


@pytest.fixture
def imported(world: World, settings, tmp_path) -> Observation:
    settings.MEDIA_ROOT = tmp_path
    file = store_file(name="old.csv", content=FILE.encode("utf-8-sig"), actor=None)
    batch = ImportBatch.objects.create(document="No. 1", file=file)
    measure, unit = world.measures["standards"], world.units["A"]
    write_figures(
        [Figure(measure.pk, unit.pk, 2022 * 4 + 3, "value", 7, batch_id=batch.pk, line=2)]
    )
    return current(measure, unit, "2022Q4")


def test_an_imported_figure_shows_its_line(world, imported):
    trace = observation_trace(imported, world.people["leader"])
    assert trace.line.number == 2
    assert dict(trace.line.cells)["value"] == "7"
    assert trace.row is None and trace.decisions == ()


def test_a_file_that_is_gone_is_said_not_raised(world, imported):
    imported.batch.file.content.storage.delete(imported.batch.file.content.name)
    assert observation_trace(imported, world.people["leader"]).line.cells == ()


def test_every_revision_is_kept(world, imported):
    report(world, "standards", "A", "2022Q4", 9)
    now = current(world.measures["standards"], world.units["A"], "2022Q4")
    trace = observation_trace(now, world.people["leader"])
    assert [(item.revision, item.value) for item in trace.revisions] == [(2, 9), (1, 7)]


def test_the_indicators_that_count_it_are_named(world, imported):
    trace = observation_trace(imported, world.people["clerk"])
    assert [ref.code for ref in trace.used_by] == ["standards"]
