"""Whatever the registers hold: figures and the entries behind them are those counted by hand."""

from collections import Counter
from typing import Any

from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from indicators.measures import about, compute_of
from indicators.rules import Figure
from metroplan.common.periods import Period
from standards.counting import keys_of
from supervision.counting.sources import Source
from tests.supervision.counting_reference import (
    MEASURES,
    CampaignRow,
    CaseRow,
    CheckRow,
    FindingRow,
    InspectionRow,
    InstrumentRow,
    LotRow,
    Quarter,
    Registers,
    Rows,
    RunRow,
    VerificationRow,
)
from tests.supervision.random_registers import UNITS, registers, store_registers
from tests.world import World

PERIODS = tuple(Period.parse(text) for text in ("2023Q4", "2024Q1", "2024Q2"))
PAGES = {
    InstrumentRow: "instrument-detail",
    CampaignRow: "campaign-detail",
    InspectionRow: "inspection-detail",
    LotRow: "lot-detail",
    FindingRow: "finding-detail",
    CaseRow: "case-detail",
    RunRow: "integrity-detail",
}


def test_every_measure_of_supervision_is_counted_by_hand_too():
    assert set().union(*(keys_of(source) for source in Source)) == {*MEASURES}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(held=registers())
def test_figures_and_their_entries_are_those_counted_by_hand(world: World, held: Registers):
    with transaction.atomic():
        store_registers(world, held)
        for key in MEASURES:
            for period in PERIODS:
                check(world, held, key, period)
        transaction.set_rollback(True)


def check(world: World, held: Registers, key: str, period: Period) -> None:
    quarter = Quarter(period.first_day, period.last_day)
    keys = {unit: world.units[unit].pk for unit in UNITS}
    figures = compute_of(key)([*keys.values()], period)
    for unit, pk in keys.items():
        part, whole = MEASURES[key](held, unit, quarter)
        assert figures.get(pk) == expected(part, whole), (key, unit, str(period))
        if not (part or whole):
            continue
        due = [part] if whole is None else [part, [row for row in whole if row not in part]]
        listed = about(key).entries(pk, period, None)
        seen = [(found.number, Counter(one.url for one in found.entries)) for found in listed]
        wanted = [(len(rows), Counter(map(page_of, rows))) for rows in due if rows]
        assert seen == wanted, (key, unit, str(period))


def expected(part: Rows, whole: Rows | None) -> Figure | None:
    state = "value" if part else "zero"
    if whole is None:
        return Figure(state, len(part))
    return Figure(state, None, len(part), len(whole)) if whole else None


def page_of(row: Any) -> str:
    if isinstance(row, VerificationRow):
        row = row.instrument
    if isinstance(row, CheckRow):
        row = row.inspection
    return reverse(f"supervision:{PAGES[type(row)]}", args=[row.pk])
