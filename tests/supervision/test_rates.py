"""Verification coverage as it stands on a day: both numbers, by group and unit, page and file."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from indicators.measures import compute_of
from metroplan.common.periods import Period
from standards.models import KindGroup
from supervision.selectors import rates as selectors
from supervision.selectors.rates import Tally, verification_rates
from supervision.services.instruments import take_out_of_use
from tests.supervision.ledger import day, entity, instrument, kind, verified
from tests.world import World

QUARTER_END = day("2024-03-31")
MOST_QUERIES = 17


def ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


@pytest.fixture
def ledger(world: World) -> World:
    """County A has one of each standing but never verified, B one never verified, C1 a failed one
    of its own; what D has belongs to the other city."""
    group = KindGroup.objects.create(code="scales", name_zh="衡器")
    group.kinds.add(kind())
    KindGroup.objects.create(code="taximeters", name_zh="计价器")
    market = entity(world, "A")
    verified(world, instrument(world, market), ago(10))
    verified(world, instrument(world, market), "2023-04-01")
    verified(world, instrument(world, market, kind=kind("balance")), ago(360))
    instrument(world, market, purpose="other")
    gone = instrument(world, market)
    take_out_of_use(
        actor=world.people["staff"], instrument=gone, on=day("2024-01-01"), reason="停用"
    )
    instrument(world, unit="B")
    city = instrument(world, unit="C1")
    verified(world, city, "2024-02-01")
    verified(world, city, ago(3), passed=False)
    verified(world, instrument(world, unit="D"), ago(5))
    return world


def rates_of(world: World, unit: str, on=None, group: str = ""):
    today = timezone.localdate()
    chosen = KindGroup.objects.get(code=group) if group else None
    return verification_rates(unit=world.units[unit], day=on or today, group=chosen, today=today)


def by_unit(world, rates) -> dict[str, Tally]:
    """By short name, in the order of the page; a star stands for what is directly of the unit."""
    names = {unit.code: key for key, unit in world.units.items()}
    return {names[row.code] + ("*" if row.own else ""): row.tally for row in rates.units}


def test_units_below_are_added_up_and_what_is_directly_of_the_unit_is_named(ledger):
    found = rates_of(ledger, "C1")
    assert found.total.tally == Tally(subject=5, verified=2, overdue=1, failed=1)
    assert found.total.tally.never == 1
    assert by_unit(ledger, found) == {"C1*": Tally(1, 0, 0, 1), "A": Tally(3, 2, 1), "B": Tally(1)}
    above = by_unit(ledger, rates_of(ledger, "P"))
    assert above == {"C1": Tally(5, 2, 1, 1), "C2": Tally(1, 1)}
    assert [row.opens for row in rates_of(ledger, "P").units] == [True, True]


def test_a_group_is_counted_by_its_kinds_and_an_empty_one_has_no_rate(ledger):
    found = rates_of(ledger, "C1", group="scales")
    assert [(row.code, row.tally.subject) for row in found.groups] == [
        ("", 5),
        ("scales", 4),
        ("taximeters", 0),
    ]
    assert by_unit(ledger, found)["A"] == Tally(2, 1, 1)
    assert found.groups[2].tally.share.percent is None


def test_the_history_says_of_today_what_the_instruments_repeat(ledger):
    today = timezone.localdate()
    for unit in ("P", "C1", "A"):
        place = ledger.units[unit]
        assert selectors._now(place, today) == selectors._then(place, today)


@pytest.mark.parametrize(
    ("unit", "quarter"), [("A", "2024Q1"), ("A", "2023Q2"), ("B", "2024Q1"), ("C1", "2024Q1")]
)
def test_a_quarters_last_day_is_what_the_measure_counts(ledger, unit, quarter):
    period = Period.parse(quarter)
    pk = ledger.units[unit].pk
    figure = compute_of("compulsory_verification_rate")([pk], period)[pk]
    found = rates_of(ledger, unit, period.last_day)
    own = found.units[0].tally
    assert (own.verified, own.subject) == (figure.numerator, figure.denominator)


def test_a_past_day_forgets_what_came_after_it(ledger):
    found = rates_of(ledger, "C1", QUARTER_END)
    assert found.total.tally == Tally(subject=5, verified=2)
    assert found.total.tally.never == 3
    assert rates_of(ledger, "C1", day("2024-04-01")).total.tally.overdue == 1
    assert rates_of(ledger, "C1", day("2023-12-31")).total.tally.subject == 6
    assert rates_of(ledger, "C1", day("2019-12-31")).total.tally.share.percent is None


def test_the_other_rates_name_their_method(ledger):
    found = {row.key: row for row in rates_of(ledger, "C1", QUARTER_END).others}
    assert found["verification_pass_rate"].share.judged == 1
    assert found["surveyed_verification_rate"].survey
    assert found["surveyed_verification_rate"].share.percent is None
    assert not found["initial_verification_rate"].survey


def test_the_page_shows_both_numbers_and_leads_to_the_instruments(ledger, client):
    client.force_login(ledger.people["staff"])
    unit = ledger.units["C1"].code
    page = client.get(reverse("supervision:rates"), {"organisation": unit})
    text = page.content.decode()
    assert page.status_code == 200
    assert "40.00 %" in text
    assert "—" in text
    link = f"{reverse('supervision:due')}?standing=overdue&amp;organisation={unit}&amp;group=scales"
    assert link in text
    due = client.get(link.replace("&amp;", "&"))
    assert [row.instrument.valid_until for row in due.context["rows"]] == [day("2024-03-31")]
    past = client.get(reverse("supervision:rates"), {"organisation": unit, "day": "2024-04-01"})
    assert "standing=overdue" not in past.content.decode()


def test_the_file_says_what_the_page_does(ledger, client):
    client.force_login(ledger.people["leader"])
    asked = {"organisation": ledger.units["C1"].code, "day": "2024-03-31", "group": "scales"}
    response = client.get(reverse("supervision:rates-export"), asked)
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    numbers = [row[7:] for row in rows[1:]]
    assert numbers[0] == ["2", "5", "40", "0", "0", "3"]
    assert numbers[2] == ["0", "0", "—", "0", "0", "0"]
    assert len(rows) == 1 + 3 + 3 + 3
    for fmt in ("xlsx", "json"):
        assert client.get(reverse("supervision:rates-export"), asked | {"format": fmt}).content
    assert client.get(reverse("supervision:rates-export"), {"format": "pdf"}).status_code == 404


@pytest.mark.parametrize("asked", [{"day": "2999-01-01"}, {"day": "x"}, {"group": "nothing"}])
def test_what_cannot_be_meant_is_said_at_its_field(ledger, client, asked):
    client.force_login(ledger.people["leader"])
    page = client.get(reverse("supervision:rates"), asked)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == set(asked)
    assert client.get(reverse("supervision:rates-export"), asked).status_code == 404


def test_units_of_another_area_are_not_shown(ledger, client):
    client.force_login(ledger.people["other_city_reviewer"])
    asked = {"organisation": ledger.units["C1"].code}
    assert client.get(reverse("supervision:rates"), asked).status_code == 422
    page = client.get(reverse("supervision:rates"))
    assert page.context["rates"].unit == ledger.units["C2"]


@pytest.mark.parametrize("on", [None, "2024-03-31"])
def test_queries_are_as_many_for_one_unit_as_for_all(ledger, client, on):
    client.force_login(ledger.people["leader"])
    asked = {"day": on} if on else {}
    counts = set()
    for unit in ("P", "C1", "A"):
        asked["organisation"] = ledger.units[unit].code
        client.get(reverse("supervision:rates"), asked)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("supervision:rates"), asked)
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() <= MOST_QUERIES
