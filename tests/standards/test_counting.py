"""What the registers give to measures, against counts by hand."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.measures import about, compute_of
from indicators.models import Measure
from indicators.plan_file import parse_measures
from indicators.plan_file.references import measure_values
from indicators.rules import Figure
from metroplan.common.periods import Period
from standards.models import (
    Assessor,
    Grade,
    LedgerEntry,
    MeasurementStandard,
    StaffCount,
)
from tests.standards.covered import add_institute, add_standard, add_version
from tests.world import World

Q1, Q2, Q3 = (Period.parse(f"2024Q{number}") for number in (1, 2, 3))


def of(world: World, key: str, unit: str, period: Period = Q1) -> Figure | None:
    pk = world.units[unit].pk
    return compute_of(key)([pk], period).get(pk)


def number(world: World, key: str, unit: str, period: Period = Q1) -> int:
    return int(of(world, key, unit, period).value)


def grade(standard: MeasurementStandard, since: date, change: str, rank: str, level: str = ""):
    return Grade.objects.create(
        standard=standard, since=since, change=change, rank=rank, national_level=level
    )


def entry(world: World, unit: str, kind: str, level: str, since: date, until: date | None = None):
    return LedgerEntry.objects.create(
        number=f"L{LedgerEntry.objects.count()}",
        kind=kind,
        level=level,
        title=f"{kind} {level}",
        organisation=world.units[unit],
        counts_from=since,
        counts_to=until,
    )


@pytest.fixture
def held(world: World) -> dict[str, MeasurementStandard]:
    """C1 holds two public standards, one to March only; A one public and one of an enterprise."""
    return {
        "city": add_standard(world, "C1", ["a", "b"]),
        "short": add_standard(world, "C1", ["c"], (date(2020, 1, 1), date(2024, 3, 31))),
        "county": add_standard(world, "A", ["a"]),
        "firm": add_standard(world, "A", ["d"], holder="enterprise"),
    }


def test_public_standards_are_the_units_own_on_the_last_day(world, held):
    assert number(world, "public_standards", "C1") == 2
    assert number(world, "public_standards", "C1", Q2) == 1
    assert number(world, "public_standards", "A") == 1
    assert number(world, "public_standards", "P") == 0
    assert number(world, "standards_enterprise", "A") == 1


@pytest.mark.parametrize(
    ("unit", "whole", "city", "county"),
    [("P", 3, 2, 1), ("C1", 3, 2, 1), ("A", 1, 0, 1), ("C2", 0, 0, 0)],
)
def test_by_level_the_region_is_counted(world, held, unit, whole, city, county):
    assert number(world, "public_standards_region", unit) == whole
    assert number(world, "public_standards_city", unit) == city
    assert number(world, "public_standards_county", unit) == county
    assert number(world, "public_standards_province", unit) == 0


def test_the_county_mean_counts_institutes_of_counties_only(world, held):
    assert number(world, "county_public_standards_mean", "A") == 1
    assert number(world, "county_public_standards_mean", "C1") == 0


def test_what_has_lapsed_counts_in_the_quarters_before(world, held):
    assert number(world, "public_standards", "C1", Period.parse("2019Q4")) == 0
    assert number(world, "public_standards", "C1", Period.parse("2020Q1")) == 2


def test_the_highest_are_those_of_the_grade_then(world, held):
    grade(held["city"], date(2020, 1, 1), "new", "lower")
    grade(held["city"], date(2024, 5, 1), "upgraded", "highest", "upper_middle")
    grade(held["county"], date(2020, 1, 1), "new", "highest", "middle")
    grade(held["firm"], date(2020, 1, 1), "new", "highest")
    assert number(world, "highest_standards", "A") == 2
    assert number(world, "highest_public_standards", "A") == 1
    assert number(world, "highest_public_standards", "C1", Q1) == 0
    assert number(world, "highest_public_standards", "C1", Q2) == 1
    assert of(world, "highest_public_standards_upper_share", "C1", Q1) is None
    assert of(world, "highest_public_standards_upper_share", "C1", Q2) == Figure(
        "value", None, Decimal(1), Decimal(1)
    )
    assert of(world, "highest_public_standards_upper_share", "A").state == "zero"


def test_new_and_upgraded_count_in_their_quarter(world, held):
    grade(held["city"], date(2024, 3, 31), "new", "lower")
    grade(held["city"], date(2024, 4, 1), "upgraded", "highest")
    grade(held["short"], date(2024, 4, 1), "upgraded", "highest")
    grade(held["firm"], date(2024, 4, 1), "new", "highest")
    assert number(world, "public_standards_new", "C1", Q1) == 1
    assert number(world, "public_standards_new", "C1", Q2) == 0
    assert number(world, "public_standards_new_upgraded", "C1", Q1) == 1
    # The one that had lapsed the day before was not in force from then on.
    assert number(world, "public_standards_new_upgraded", "C1", Q2) == 1


def test_kinds_are_counted_once_in_the_region(world, held):
    assert number(world, "instrument_kinds_covered", "C1") == 3
    assert number(world, "instrument_kinds_covered", "C1", Q2) == 2
    assert number(world, "instrument_kinds_covered", "A") == 1


def test_items_of_verification_and_calibration(world, held):
    held["city"].services.create(way="calibration", instrument="砝码", document_no="JJF 1")
    held["county"].services.create(way="verification", instrument="砝码", document_no="JJG 2")
    assert number(world, "verification_calibration_items", "C1") == 2
    assert number(world, "verification_items", "C1") == 2
    assert number(world, "calibration_items", "C1") == 1
    assert number(world, "calibration_items", "A") == 0


def test_compulsory_items_are_those_of_the_version_in_force(world, held):
    add_version("V1", date(2020, 1, 1), date(2024, 6, 1), {"1.1": ("V", "a"), "1.2": ("P", "b")})
    add_version("V2", date(2024, 6, 1), None, {"1.1": ("P+V", "a"), "1.2": ("V", "b")})
    assert number(world, "compulsory_verification_capacity", "C1", Q1) == 1
    assert number(world, "compulsory_verification_capacity", "C1", Q2) == 2
    assert number(world, "compulsory_verification_capacity", "A", Q2) == 1


def test_the_coverage_rate_follows_the_version_and_the_region(world, held):
    items = {
        "1.1": ("V", "a"),
        "1.2": ("V", "c"),
        "1.3": ("P+V", "x"),
        "1.4": ("P", "b"),
        "1.5": ("?", "b"),
    }
    add_version("V1", date(2020, 1, 1), None, items)
    assert of(world, "standards_coverage_rate", "C1") == Figure(
        "value", None, Decimal(2), Decimal(3)
    )
    assert of(world, "standards_coverage_rate", "C1", Q2).numerator == 1
    assert of(world, "standards_coverage_rate", "C2").state == "zero"
    assert of(world, "standards_coverage_rate", "C1", Period.parse("2019Q4")) is None


def test_staff_shares_take_the_newest_count_of_each_institute(world):
    for code, old, new in (("I1", 10, 12), ("I2", 5, 8)):
        institute = add_institute(world, "C1", code)
        for day, count in ((date(2023, 12, 31), old), (date(2024, 4, 1), new)):
            for kind, share in (("all", 2), ("senior", 1)):
                StaffCount.objects.create(
                    institute=institute, as_of=day, qualification=kind, count=count * share
                )
    assert of(world, "city_institute_senior_share", "C1", Q1) == Figure(
        "value", None, Decimal(15), Decimal(30)
    )
    assert of(world, "city_institute_senior_share", "C1", Q2).numerator == 20
    assert of(world, "county_institute_senior_share", "C1") is None


def test_assessors_count_while_their_certificate_is_valid(world):
    institute = add_institute(world, "C1")
    for number_, subject, level, until in (
        ("1", "standards", "provincial", date(2024, 3, 31)),
        ("2", "standards", "provincial", date(2024, 3, 30)),
        ("3", "standards", "national", date(2029, 1, 1)),
        ("4", "institutes", "provincial", date(2029, 1, 1)),
    ):
        Assessor.objects.create(
            institute=institute, certificate_no=number_, subject=subject, grade=level,
            valid_from=date(2020, 1, 1), valid_until=until,
        )  # fmt: skip
    assert number(world, "provincial_standard_assessors", "P") == 1
    assert number(world, "provincial_institute_assessors", "C1") == 1


def test_the_ledger_by_kind_level_and_day(world):
    entry(world, "C1", "research", "provincial", date(2024, 3, 31))
    entry(world, "C1", "research", "city", date(2024, 2, 1))
    entry(world, "C1", "industry_centre", "national", date(2023, 1, 1))
    entry(world, "C1", "industry_centre", "provincial", date(2023, 1, 1), date(2024, 6, 30))
    entry(world, "A", "committee_member", "provincial", date(2023, 1, 1))
    entry(world, "A", "comparison", "city", date(2024, 4, 1))
    assert number(world, "research_projects_provincial", "C1", Q1) == 1
    assert number(world, "research_projects_provincial", "C1", Q2) == 0
    assert number(world, "research_projects_city", "C1", Q1) == 1
    assert number(world, "industry_centres", "C1", Q1) == 2
    assert number(world, "industry_centres", "C1", Q2) == 1
    assert number(world, "industry_centres_national", "C1", Q2) == 1
    assert number(world, "provincial_committee_members", "P") == 1
    assert number(world, "comparisons_organised_joined", "C1", Q2) == 1
    assert number(world, "comparisons_organised_joined", "C1", Q1) == 0


KEYS = (
    "public_standards", "highest_public_standards_upper_share", "instrument_kinds_covered",
    "standards_coverage_rate", "city_institute_senior_share", "local_specifications_total",
    "public_standards_new_upgraded", "compulsory_verification_capacity",
)  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_many_units_ask_no_more_queries_than_one(world, held, key):
    add_version("V1", date(2020, 1, 1), None, {"1.1": ("V", "a")})
    with CaptureQueriesContext(connection) as one:
        compute_of(key)([world.units["C1"].pk], Q1)
    with CaptureQueriesContext(connection) as all_:
        compute_of(key)([unit.pk for unit in world.units.values()], Q1)
    assert len(all_) == len(one) <= 4


def test_nobody_who_keeps_no_register_is_said_to_have_nothing(world, held):
    units = [world.units[key].pk for key in ("P", "C1", "A", "C2")]
    assert set(about("public_standards").known(units, Q1)) == {
        world.units["C1"].pk, world.units["A"].pk,
    }  # fmt: skip
    assert set(about("standards_coverage_rate").known(units, Q1)) == {
        world.units["C1"].pk, world.units["A"].pk, world.units["P"].pk,
    }  # fmt: skip


def test_a_register_fits_measures_of_its_kind_alone():
    stock = Measure(kind="count", accumulation="stock", roll_up="sum")
    assert about("public_standards").fits(stock)
    assert not about("public_standards_new").fits(stock)
    assert not about("public_standards_region").fits(stock)
    stock.roll_up = "own"
    assert about("public_standards_region").fits(stock)


def test_every_key_that_names_a_measure_of_the_fixtures_fits_it(world):

    text = Path("fixtures/reference/measures.yaml").read_text(encoding="utf-8")
    for spec in parse_measures(text):
        said = about(spec.code)
        if said is not None:
            assert said.fits(Measure(code=spec.code, **measure_values(spec))), spec.code
