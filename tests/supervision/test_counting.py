"""What the registers of supervision give to measures, against counts by hand."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.measures import about, compute_of
from indicators.models import Measure
from indicators.plan_file import parse, parse_measures
from indicators.plan_file.references import measure_values
from indicators.rules import Figure
from metroplan.common.periods import Period
from supervision.models import Case, IntegrityUnit, Lot
from tests.supervision.counted import (
    add_campaign,
    add_check,
    add_entity,
    add_finding,
    add_inspection,
    add_instrument,
    add_integrity,
    add_kind,
    add_lot,
    day,
    verify,
)
from tests.world import World

Q1, Q2, Q3 = (Period.parse(f"2024Q{number}") for number in (1, 2, 3))
RATE = "compulsory_verification_rate"


def of(world: World, key: str, unit: str = "A", period: Period = Q1) -> Figure | None:
    pk = world.units[unit].pk
    return compute_of(key)([pk], period).get(pk)


def parts(world: World, key: str, unit: str = "A", period: Period = Q1) -> tuple[int, int] | None:
    figure = of(world, key, unit, period)
    return figure and (int(figure.numerator), int(figure.denominator))


def number(world: World, key: str, unit: str = "A", period: Period = Q1) -> int:
    return int(of(world, key, unit, period).value)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], 0),
        ([("2024-03-31", "2025-03-30")], 1),
        ([("2024-04-01", "2025-03-31")], 0),
        ([("2023-04-01", "2024-03-31")], 1),
        ([("2023-04-01", "2024-03-30")], 0),
        ([("2023-04-01", "2024-12-31"), ("2024-03-31", None)], 0),
        ([("2023-04-01", "2024-12-31"), ("2024-04-01", None)], 1),
        ([("2024-01-10", None), ("2024-02-10", "2025-02-09")], 1),
        ([("2023-04-01", "2024-12-31"), ("2024-02-10", "2024-03-01")], 0),
    ],
    ids=(
        "never", "on the last day", "a day too late", "valid on its last day",
        "lapsed the day before", "failed on the last day", "failed the day after", "passed again",
        "a shorter pass came after",
    ),
)  # fmt: skip
def test_the_newest_verification_by_the_last_day_decides(world, history, expected):
    instrument = add_instrument(add_entity(world, "A"))
    for on, until in history:
        verify(instrument, on, until)
    assert parts(world, RATE) == (expected, 1)


@pytest.mark.parametrize(
    ("values", "subject"),
    [
        ({}, True),
        ({"since": "2024-03-31"}, True),
        ({"since": "2024-04-01"}, False),
        ({"out_of_use_on": day("2024-03-31")}, False),
        ({"out_of_use_on": day("2024-04-01")}, True),
        ({"purpose": "safety"}, True),
        ({"purpose": "medical"}, True),
        ({"purpose": "environment"}, True),
        ({"purpose": "standard"}, False),
        ({"purpose": "other"}, False),
    ],
)
def test_subject_is_what_is_in_use_for_one_of_four_purposes(world, values, subject):
    add_instrument(add_entity(world, "A"), **values)
    assert parts(world, RATE) == ((0, 1) if subject else None)
    assert number(world, "instruments_subject") == subject


def test_a_rate_with_nothing_to_divide_by_is_no_figure(world):
    add_entity(world, "A")
    for key in (
        *(RATE, "key_instrument_verification_rate", "household_meter_initial_verification_rate"),
        *("verification_pass_rate", "net_content_pass_rate", "net_content_label_pass_rate"),
        *("instrument_product_pass_rate", "rectification_rate", "surveyed_verification_rate"),
    ):
        assert of(world, key) is None


def test_none_verified_is_zero_of_some_and_not_no_figure(world):
    add_instrument(add_entity(world, "A"))
    assert of(world, RATE) == Figure("zero", None, Decimal(0), Decimal(1))


def test_a_rate_by_group_looks_at_the_groups_kinds_alone(world):
    add_kind("fuel-dispenser", "fuel-dispensers", "key-managed")
    add_kind("water-meter", "household-meters", "key-managed")
    entity = add_entity(world, "A")
    verify(add_instrument(entity, "fuel-dispenser"), "2024-01-01", "2024-12-31")
    add_instrument(entity, "fuel-dispenser")
    add_instrument(entity, "water-meter")
    add_instrument(entity, "balance")
    assert parts(world, "fuel_dispenser_verification_rate") == (1, 2)
    assert parts(world, "key_instrument_verification_rate") == (1, 3)
    assert parts(world, "mine_safety_instrument_verification_rate") is None
    assert parts(world, RATE) == (1, 4)


def test_instruments_count_where_their_entity_stands(world):
    verify(add_instrument(add_entity(world, "A")), "2024-01-01", "2024-12-31")
    add_instrument(add_entity(world, "B"))
    add_instrument(add_entity(world, "C1"))
    assert [parts(world, RATE, unit) for unit in ("A", "B", "C1", "P")] == [
        (1, 1), (0, 1), (0, 1), None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("since", "stage", "on", "until", "expected"),
    [
        ("2024-01-01", "initial", "2023-12-20", "2024-12-19", (1, 1)),
        ("2024-03-31", "initial", "2024-03-31", "2025-03-30", (1, 1)),
        ("2024-01-01", "initial", "2024-03-31", "2025-03-30", (1, 1)),
        ("2024-01-01", "initial", "2024-04-01", "2025-03-31", (0, 1)),
        ("2024-01-01", "periodic", "2024-01-01", "2024-12-31", (0, 1)),
        ("2024-01-01", "initial", "2024-01-01", None, (0, 1)),
        ("2023-12-31", "initial", "2023-12-31", "2024-12-30", None),
    ],
)
def test_initial_verification_covers_what_came_into_use_in_the_quarter(
    world, since, stage, on, until, expected
):
    add_kind("water-meter", "household-meters")
    instrument = add_instrument(add_entity(world, "A"), since=since)
    verify(instrument, on, until, stage)
    assert parts(world, "initial_verification_rate") == expected
    assert parts(world, "household_meter_initial_verification_rate") == expected


def test_every_verification_of_the_quarter_is_in_the_pass_rate(world):
    instrument = add_instrument(add_entity(world, "A"), purpose="other")
    verify(instrument, "2023-12-31", "2024-12-30")
    verify(instrument, "2024-01-01")
    verify(instrument, "2024-01-10", "2025-01-09")
    verify(instrument, "2024-03-31", "2025-03-30")
    verify(instrument, "2024-04-01")
    assert parts(world, "verification_pass_rate") == (2, 3)
    assert parts(world, "verification_pass_rate", period=Q2) == (0, 1)


def test_free_verifications_are_those_at_markets_and_clinics(world):
    for kind in ("market", "medical", "medical", "retail"):
        instrument = add_instrument(add_entity(world, "A", kind))
        verify(instrument, "2024-02-01", "2025-01-31", free_of_charge=True)
    verify(add_instrument(add_entity(world, "A", "market")), "2024-02-01", "2025-01-31")
    keys = ("free_verifications", "free_verifications_market", "free_verifications_medical")
    assert [number(world, key) for key in keys] == [3, 1, 2]


def test_taximeters_that_failed_are_counted(world):
    add_kind("taximeter", "taximeters")
    entity = add_entity(world, "A", "transport")
    verify(add_instrument(entity, "taximeter"), "2024-02-01")
    verify(add_instrument(entity, "taximeter"), "2024-02-01", "2025-01-31")
    verify(add_instrument(entity, "balance"), "2024-02-01")
    assert number(world, "taximeter_errors") == 1


def test_lots_give_two_rates(world):
    for on, label, quantity in (
        ("2024-01-01", True, True),
        ("2024-03-31", True, False),
        ("2024-02-01", None, False),
        ("2024-02-01", None, None),
        ("2024-04-01", True, True),
    ):
        add_lot(world, "A", on, label, quantity)
    assert parts(world, "net_content_pass_rate") == (1, 3)
    assert parts(world, "net_content_label_pass_rate") == (2, 2)


def test_the_national_notice_of_2022_is_met(world):
    """17,611 lots, 17,189 labels and 16,719 quantities right: 97.60 % and 94.93 %."""
    template = add_lot(world, "A", "2024-02-01", True, True)
    rows = []
    for at in range(1, 17611):
        lot = Lot(**{name: getattr(template, name) for name in LOT_FIELDS})
        lot.number, lot.label_passed, lot.quantity_passed = f"N{at}", at < 17189, at < 16719
        rows.append(lot)
    Lot.objects.bulk_create(rows, batch_size=5000)
    label = of(world, "net_content_label_pass_rate")
    quantity = of(world, "net_content_pass_rate")
    assert (label.numerator, label.denominator) == (17189, 17611)
    assert (quantity.numerator, quantity.denominator) == (16719, 17611)
    assert round(100 * quantity.numerator / quantity.denominator, 2) == Decimal("94.93")
    assert round(100 * label.numerator / label.denominator, 2) == Decimal("97.60")


LOT_FIELDS = (
    "organisation", "entity", "commodity", "product", "sampled_on", "quantity_kind", "nominal",
    "unit", "lot_size", "sample_size",
)  # fmt: skip


def test_products_are_those_tried_in_sampling_campaigns(world):
    sampling = add_campaign(world, "A", "2024-03-31", kind="sampling", state="running")
    inspection = add_inspection(world, "A", "2024-02-01", sampling)
    for found, passed in (("valid", True), ("valid", True), ("overdue", False), ("never", None)):
        add_check(inspection, found, passed)
    add_check(add_inspection(world, "A", "2024-02-01"), "valid", False)
    add_check(add_inspection(world, "A", "2024-02-01", sampling, "draft"), "valid", False)
    assert parts(world, "instrument_product_pass_rate") == (2, 3)
    assert parts(world, "surveyed_verification_rate") == (3, 5)
    assert about("surveyed_verification_rate").survey
    assert not about(RATE).survey


def test_finished_campaigns_count_in_the_quarter_of_their_last_day(world):
    add_campaign(world, "A", "2024-03-31")
    add_campaign(world, "A", "2024-04-01")
    add_campaign(world, "A", "2024-03-01", state="running")
    add_campaign(world, "A", "2024-03-01", state="cancelled")
    assert number(world, "campaigns_finished") == 1
    assert number(world, "campaigns_finished", period=Q2) == 1


def test_concluded_inspections_count_on_their_day(world):
    for state in ("closed", "draft", "voided"):
        add_inspection(world, "A", "2024-03-31", state=state)
    assert number(world, "inspections_concluded") == 1


def test_the_rectification_rate_looks_at_the_deadline(world):
    add_finding(world, "A", "2024-01-01", "2023-12-01")
    add_finding(world, "A", "2024-03-31", "2024-03-31")
    add_finding(world, "A", "2024-03-31", "2024-04-01")
    add_finding(world, "A", "2024-03-31", "2024-02-01", "referred")
    add_finding(world, "A", "2024-03-31")
    add_finding(world, "A", "2024-04-01")
    assert parts(world, "rectification_rate") == (2, 5)
    assert parts(world, "rectification_rate", period=Q2) == (0, 1)


def test_cases_count_on_the_day_they_are_filed(world):
    for at, on in enumerate(("2023-12-31", "2024-01-01", "2024-03-31")):
        Case.objects.create(
            number=f"K{at}",
            entity=add_entity(world, "A"),
            organisation=world.units["A"],
            body="enforcement",
            filed_on=day(on),
        )
    assert number(world, "supervision_cases") == 2


def test_conferred_since_and_valid_now_are_two_counts(world):
    add_integrity(world, "A", conferred_on="2024-03-31", valid_until="2027-03-30")
    add_integrity(
        world, "A", "lapsed", conferred_on="2021-04-01", valid_until="2024-03-31",
        ended_on="2024-04-01",
    )  # fmt: skip
    add_integrity(
        world, "A", "revoked", conferred_on="2024-01-10", valid_until="2027-01-09",
        ended_on="2024-03-31",
    )  # fmt: skip
    add_integrity(world, "A", "committed", committed_on="2024-02-01")
    assert number(world, "integrity_units") == 2
    assert number(world, "integrity_units_valid") == 2
    assert number(world, "integrity_units_valid", period=Q2) == 1
    assert number(world, "integrity_units", period=Q2) == 0
    assert number(world, "integrity_commitment_units") == 1


def test_an_entity_that_commits_itself_twice_in_a_quarter_counts_once(world):
    first = add_integrity(world, "A", "withdrawn", committed_on="2024-01-10")
    again = add_integrity(world, "A", "committed", committed_on="2024-03-31")
    IntegrityUnit.objects.filter(pk=again.pk).update(entity=first.entity)
    add_integrity(world, "A", "withdrawn", committed_on="2024-03-31")
    add_integrity(world, "A", "committed", committed_on="2024-04-01")
    assert number(world, "integrity_commitment_units") == 2
    assert number(world, "integrity_commitment_units", period=Q2) == 1


def test_of_many_entries_the_first_of_each_part_are_listed_and_all_are_told(world):
    entity = add_entity(world, "A")
    for at in range(5):
        instrument = add_instrument(entity)
        if at < 3:
            verify(instrument, "2024-01-01", "2024-12-31")
    valid, others = about(RATE).entries(entity.organisation_id, Q1, 2)
    assert [(part.number, len(part.entries)) for part in (valid, others)] == [(3, 2), (2, 2)]
    assert valid.name != others.name


KEYS = (
    RATE, "key_instrument_verification_rate", "household_meter_initial_verification_rate",
    "verification_pass_rate", "free_verifications", "net_content_pass_rate",
    "instrument_product_pass_rate", "rectification_rate", "integrity_units_valid",
    "campaigns_finished",
)  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_many_units_ask_no_more_queries_than_one(world, key):
    with CaptureQueriesContext(connection) as one:
        compute_of(key)([world.units["C1"].pk], Q1)
    with CaptureQueriesContext(connection) as all_:
        compute_of(key)([unit.pk for unit in world.units.values()], Q1)
    assert len(all_) == len(one) <= 2


def test_every_entry_behind_a_figure_leads_to_its_page(world, client):
    add_kind("taximeter", "taximeters")
    taximeter = add_instrument(add_entity(world, "A", "market"), "taximeter", "2024-01-01")
    verify(taximeter, "2024-02-01", free_of_charge=True)
    sampling = add_campaign(world, "A", "2024-03-31", kind="sampling")
    add_check(add_inspection(world, "A", "2024-02-01", sampling), "valid", True)
    add_lot(world, "A", "2024-02-01", True, True)
    finding = add_finding(world, "A", "2024-02-01")
    Case.objects.create(
        number="K", entity=finding.entity, organisation=world.units["A"], filed_on=day("2024-02-01")
    )
    dates = {"committed_on": "2024-01-02", "conferred_on": "2024-02-01"}
    add_integrity(world, "A", valid_until="2027-01-31", **dates)
    client.force_login(world.people["leader"])
    pages = set()
    for key in (*KEYS, *MORE_KEYS):
        parts = about(key).entries(world.units["A"].pk, Q1, None)
        assert parts or key in GROUPED, key
        pages |= {entry.url for part in parts for entry in part.entries}
    assert len(pages) == 7
    for page in pages:
        assert client.get(page).status_code == 200, page


MORE_KEYS = (
    "taximeter_errors", "net_content_label_pass_rate", "surveyed_verification_rate",
    "inspections_concluded", "supervision_cases", "integrity_units", "integrity_commitment_units",
)  # fmt: skip
# Kinds of their groups are not made here.
GROUPED = ("key_instrument_verification_rate", "household_meter_initial_verification_rate")


def test_nobody_who_keeps_no_ledger_is_said_to_have_nothing(world):
    add_instrument(add_entity(world, "A"), purpose="other")
    units = [world.units[key].pk for key in ("P", "A", "B")]
    assert set(about(RATE).known(units, Q1)) == {world.units["A"].pk}


def test_every_key_that_names_a_measure_of_the_fixtures_fits_it():
    shared = Path("fixtures/reference/measures.yaml").read_text(encoding="utf-8")
    specs = list(parse_measures(shared))
    for path in Path("fixtures/plans").glob("*.yaml"):
        specs += parse(path.read_text(encoding="utf-8")).measures
    fitting = set()
    for spec in specs:
        said = about(spec.source.partition(":")[2] or spec.code)
        if said is not None:
            assert said.fits(Measure(code=spec.code, **measure_values(spec))), spec.code
            fitting.add(spec.code)
    assert {RATE, "net_content_pass_rate", "integrity_units", "taximeter_errors"} <= fitting
    assert {"verification_pass_rate", "rectification_rate", "supervision_cases"} <= fitting
