"""Demonstration registers: sound records, and as many standards as the figures say."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.models import Measure, Observation
from metroplan.common.periods import Period, newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.common.uscc import uscc_problem
from metroplan.organisations.models import Organisation
from standards.demo.certificates import stretches
from standards.demo.institutes import credit_code
from standards.demo.ledger import BATCHES, entries_of
from standards.demo.lives import lives
from standards.demo.loading import load_registers
from standards.demo.patterns import patterns
from standards.models import Institute, LedgerEntry, MeasurementStandard
from standards.rules import codes, naming
from standards.rules.ledger import Event, broken_at
from standards.selectors.coverage import coverage
from standards.services.catalogue_reference import load_catalogue
from standards.services.in_force import rebuild
from tests.world import add_measure, add_unit, report, settle

TODAY = date(2026, 11, 22)
FIRST = Period.parse("2020Q4").index


def test_every_pattern_is_a_sound_standard():
    listed = [pattern for tier in patterns().values() for pattern in tier]
    for pattern in listed:
        assert not naming.problems(pattern.name), pattern.name
        assert not codes.problems(pattern.code, pattern.field), pattern.name
        assert pattern.services
    assert max(Counter(pattern.name for pattern in listed).values()) == 1
    parsed = [pattern for pattern in listed if pattern.capability["unit"]]
    assert len(parsed) > 0.9 * len(listed)


@given(st.text("0123456789ABC-", min_size=6).map(lambda text: "430600" + text))
def test_credit_codes_have_a_sound_check_character(words):
    assert uscc_problem(credit_code("12", words)) is None


@given(st.lists(st.integers(0, 40), min_size=1, max_size=24))
def test_as_many_stand_at_the_end_of_each_quarter_as_the_course_says(numbers):
    course = [(FIRST + at, number) for at, number in enumerate(numbers)]
    listed = (*patterns()["basic"], *patterns()["core"], *patterns()["new"])
    found = lives("unit", course, listed, listed * 40)
    for k, number in course:
        day = Period(k).last_day
        standing = [one for one in found if one.founded <= day and not _over(one, day)]
        assert len(standing) == number


def _over(life, day) -> bool:
    return life.ended is not None and life.ended <= day


@given(st.integers(0, 9000), st.integers(0, 9000))
def test_certificates_follow_one_another_without_a_gap(age, since):
    founded = TODAY - timedelta(days=age)
    until = min(founded + timedelta(days=since), TODAY)
    found = stretches(f"{age}", founded, until, TODAY)
    assert found[0].first == founded
    for before, after in pairwise(found):
        assert before.first < after.first <= before.last + timedelta(days=1)
    lapsed = (TODAY - found[-1].last).days
    assert found[-1].last >= until or 0 < lapsed <= 240


@pytest.mark.parametrize("unit", BATCHES)
def test_entries_of_the_ledger_take_a_course_that_is_allowed(unit):
    owner = Organisation(code=unit, name_zh="市")
    pairs = list(entries_of(owner, None, TODAY))
    assert len({entry.number for entry, _states in pairs}) == len(pairs)
    for entry, states in pairs:
        events = [Event(row.state, row.since, at) for at, row in enumerate(states)]
        assert events
        assert broken_at(events) is None
        assert entry.counts_to is None or entry.counts_to > entry.counts_from


@pytest.fixture
def yueyang(world, settings):
    """A city of the demonstration with two counties that reported their standards."""
    settings.DEMO = True
    add_unit(world, "Y", "city", "P", code="430600")
    add_unit(world, "Y1", "county", "Y", code="430602")
    add_unit(world, "Y2", "county", "Y", code="430603")
    settle(world)
    measure = add_measure(world, "public_standards")
    add_measure(world, "highest_standards", roll_up="own")
    for k in range(FIRST, newest_closed(TODAY).index + 1):
        quarter = str(Period(k))
        report(world, measure.code, "Y", quarter, str(20 + (k - FIRST) // 4))
        report(world, measure.code, "Y1", quarter, "4")
        report(world, "highest_standards", "Y", quarter, str(40 + 2 * (k - FIRST)))
    return world


def in_force_on(day: date, **narrow) -> int:
    found = MeasurementStandard.objects.filter(in_force__first__lte=day, in_force__last__gte=day)
    return found.filter(**narrow).count()


def test_the_registers_follow_what_was_reported(yueyang):
    assert load_registers(TODAY)
    public = {"holder_kind": "public", "institute__organisation__code": "430600"}
    for text, number in (("2020Q4", 20), ("2022Q4", 22), ("2024Q4", 24)):
        assert in_force_on(Period.parse(text).last_day, **public) == number
    enterprises = {"holder_kind": "enterprise"}
    assert in_force_on(date(2020, 12, 31), **enterprises) == 20
    assert not rebuild(MeasurementStandard.objects.values_list("pk", flat=True))
    assert all(uscc_problem(one.uscc) is None for one in Institute.objects.all())
    measure = Measure.objects.get(code="public_standards")
    since = newest_closed(TODAY) - 2
    assert (measure.source, measure.counted_since) == ("register:public_standards", since)
    counted = Observation.objects.filter(measure=measure, register_count__isnull=False)
    assert set(counted.values_list("period", flat=True)) == {since, since + 1, since + 2}


def test_coverage_grows_from_the_baseline_and_keeps_gaps_that_widen(world, settings):
    """Yueyang: 67 standards and a quarter of the items at first, over 75 % of them at the end.
    Changzhou: the 95 % of its target, and not all."""
    settings.DEMO = True
    unit = add_unit(world, "Y", "city", "P", code="430600")
    other = add_unit(world, "Z", "city", "P", code="320400")
    settle(world)
    measure = add_measure(world, "public_standards")
    for k in range(FIRST, newest_closed(TODAY).index + 1):
        report(world, measure.code, "Y", str(Period(k)), str(67 + (k - FIRST) // 2))
    load_catalogue(settings.BASE_DIR / "fixtures" / "reference")
    assert load_registers(TODAY)

    def share(day: date, of: Organisation = unit) -> float:
        found = coverage(organisation=of, day=day)
        return found.covered / found.total

    assert 0.2 < share(date(2020, 12, 31)) < 0.3
    assert 0.75 < share(TODAY) < 0.9
    assert share(TODAY + timedelta(days=365)) < share(TODAY)
    assert 0.95 < share(TODAY, other) < 1


def test_loading_again_changes_nothing(yueyang):
    load_registers(TODAY)
    before = MeasurementStandard.objects.count(), LedgerEntry.objects.count()
    assert load_registers(TODAY) == ""
    assert (MeasurementStandard.objects.count(), LedgerEntry.objects.count()) == before


def test_a_portal_in_use_gets_no_demonstration(yueyang, settings):
    settings.DEMO = False
    with pytest.raises(MetroplanError):
        load_registers(TODAY)
