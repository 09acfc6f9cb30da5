"""Reported figures beside what a register counts, and the reasons they differ."""

from decimal import Decimal as D

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicators import measures
from indicators.models import SourceExplanation
from indicators.rules import Figure
from indicators.selectors.sources import sources
from metroplan.audit.models import AuditEvent
from tests.indicators.figured import PAGE, QUARTER, figured, with_counties
from tests.world import World, current, report

LIST = "/plans/sources/"


@pytest.fixture
def registers():
    """Registers that answer from a dict of unit id → figure; they go when the test ends."""
    kept = []

    def register(key: str, answers: dict[int, Figure]) -> None:
        measures.register(
            key, lambda units, period: {pk: answers[pk] for pk in units if pk in answers}
        )
        kept.append(key)

    yield register
    for key in kept:
        measures.unregister(key)


@pytest.fixture
def counted(world: World, registers) -> World:
    """The register has 12 of A's reported 12, 9 of B's 8, and knows nothing of D."""
    figured(world)
    registers("standards", {
        world.units["A"].pk: Figure("value", D(12)),
        world.units["B"].pk: Figure("value", D(9)),
    })  # fmt: skip
    return world


def found(world: World, unit: str = "P", measure: str = "standards", person: str = "leader"):
    return sources(world.measures[measure], world.units[unit], QUARTER, world.people[person])


def explain(client, world: World, unit: str, text: str = "登记簿晚录一项", code: str = "standards"):
    sent = {"organisation": world.units[unit].code, "period": str(QUARTER), "text": text}
    return client.post(PAGE.format(code) + "explanations/", sent)


def test_a_key_is_taken_once(registers):
    registers("standards", {})
    with pytest.raises(ValueError, match="twice"):
        measures.register("standards", lambda units, period: {})


def test_a_measure_without_a_register_has_nothing_beside_it(world, client):
    figured(world)
    assert found(world) is None
    client.force_login(world.people["leader"])
    page = client.get(PAGE.format("standards"), {"period": str(QUARTER)})
    assert page.context["sources"] is None


def test_what_is_counted_has_no_report_beside_it(counted):
    measure = counted.measures["standards"]
    measure.source, measure.counted_since = "register:standards", QUARTER
    measure.save()
    assert found(counted) is None
    measure.counted_since = QUARTER + 1
    measure.save()
    assert found(counted).open == 1


def test_the_two_stand_side_by_side_with_their_difference(counted):
    seen = found(counted)
    assert (seen.open, seen.agreeing, seen.incomplete) == (1, 1, 1)
    (row,) = seen.differing
    assert row.organisation == counted.units["B"]
    assert (row.reported, row.registered, row.difference) == ("8", "9", -1)
    assert row.open


def test_ratios_differ_in_points_and_terms(world, registers):
    figured(world)
    registers("rate", {
        world.units["A"].pk: Figure("value", None, D(8), D(10)),
        world.units["B"].pk: Figure("value", None, D(1), D(90)),
    })  # fmt: skip
    (row,) = found(world, measure="rate").differing
    assert (row.reported, row.registered, row.difference) == ("9/10", "8/10", 10)
    assert row.reported_text == "90.0% (9/10)"


def test_not_applicable_is_a_figure_too(counted):
    report(counted, "standards", "B", str(QUARTER), "/")
    (row,) = found(counted).differing
    assert (row.reported, row.difference, row.open) == ("not_applicable", None, True)


def test_pages_show_both_and_demand_an_explanation(counted, client):
    client.force_login(counted.people["neighbour"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(PAGE.format("standards"), {"period": str(QUARTER)})
    assert "Not explained yet" in page.content.decode()
    assert "explanations/" in page.content.decode()
    seen = current(counted.measures["standards"], counted.units["B"], str(QUARTER))
    trace = client.get(reverse("indicators:observation-trace", args=[seen.pk]))
    assert "Not explained yet" in trace.content.decode()
    assert "explanations/" in trace.content.decode()
    listed = client.get(LIST, {"period": str(QUARTER)}).content.decode()
    assert counted.units["B"].name_en in listed


def test_an_explanation_closes_the_difference_and_is_logged(counted, client):
    client.force_login(counted.people["neighbour"])
    assert explain(client, counted, "B").status_code == 302
    (row,) = found(counted).differing
    assert not row.open
    assert row.explanation.explained_by == counted.people["neighbour"]
    client.force_login(counted.people["leader"])
    listed = client.get(LIST, {"period": str(QUARTER)})
    assert listed.context["rows"] == []
    page = client.get(PAGE.format("standards"), {"period": str(QUARTER)})
    assert "登记簿晚录一项" in page.content.decode()
    event = AuditEvent.objects.get(action="difference.explained")
    assert event.data["after"]["reported"] == "8"


def test_another_figure_opens_the_difference_again(counted, client):
    client.force_login(counted.people["city_reviewer"])
    explain(client, counted, "B")
    report(counted, "standards", "B", str(QUARTER), 7)
    (row,) = found(counted).differing
    assert row.open and row.difference == -2


def test_who_may_explain(counted, client):
    for person, status in (
        ("clerk", 404), ("leader", 403), ("staff", 403), ("reviewer", 302), ("neighbour", 302),
    ):  # fmt: skip
        client.force_login(counted.people[person])
        assert explain(client, counted, "B").status_code == status, person


def test_what_is_not_an_explanation_is_refused(counted, client):
    client.force_login(counted.people["reviewer"])
    assert explain(client, counted, "B", "  ").status_code == 422
    assert explain(client, counted, "B", "因" * 501).status_code == 422
    assert explain(client, counted, "A").status_code == 409
    assert explain(client, counted, "A", code="rate").status_code == 409
    assert not SourceExplanation.objects.exists()


@pytest.mark.parametrize("counties", [2, 20])
def test_the_number_of_queries_does_not_grow_with_the_units(world, registers, counties, client):
    with_counties(world, counties)
    answers = {unit.pk: Figure("value", D(99)) for unit in world.units.values()}
    registers("standards", answers)
    client.force_login(world.people["leader"])
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        rows = client.get(LIST, {"period": str(QUARTER)}).context["rows"]
    assert len(rows) == counties
    assert len(queries) <= 12
