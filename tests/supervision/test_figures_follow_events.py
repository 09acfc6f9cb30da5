"""Whatever happens to the registers: what is stored is what a fresh count gives."""

import pytest

from indicators.measures import about
from indicators.models import Measure, Observation
from indicators.services import registers
from indicators.services.counting_due import mark_due
from indicators.services.registers import drain_registers, miscounted
from metroplan.common.periods import Period
from metroplan.submissions.models import FormUnit
from tests.supervision import counted_events_lots, counted_events_work
from tests.supervision.counted_events import EVENTS
from tests.supervision.counting_reference import MEASURES
from tests.world import World, add_measure

FIRST, NEWEST = Period.parse("2023Q4"), Period.parse("2024Q2")


ALSO = (counted_events_lots, counted_events_work)
"""Events of these stand in EVENTS, too."""


@pytest.fixture
def office(world: World, monkeypatch, settings, tmp_path) -> World:
    """All that supervision counts is counted; counties and a city are asked."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(registers, "newest_closed", lambda today: NEWEST)
    FormUnit.objects.create(form=world.form, organisation=world.units["C1"], fills=True)
    for key in MEASURES:
        said = about(key)
        ratio = said.kind == "ratio"
        add_measure(
            world,
            key,
            kind=said.kind,
            accumulation=said.accumulation,
            roll_up="ratio" if ratio else "sum",
            unit_zh="%" if ratio else "项",
            source=f"{Measure.REGISTER}{key}",
            counted_since=FIRST,
        )
    return world


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_marks_what_it_changes_from_its_first_day_on(office, name):
    event = EVENTS[name](office)
    next(event)
    mark_due(keys=MEASURES, units=None, since=FIRST)
    drain_registers()
    written = Observation.objects.count()
    next(event, None)
    drain_registers()
    assert not [(row[0].code, str(row[1]), *row[2:]) for row in miscounted()]
    assert Observation.objects.count() > written
