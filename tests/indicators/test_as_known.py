"""What was known on a day stays as it was, whatever is corrected or revised afterwards."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse

from indicators.engine.as_known import as_known_on
from indicators.models import BaselineRevision, Observation, Progress, RollUp, RuleVersion, Target
from indicators.rules import THRESHOLDS, Thresholds
from indicators.services.recompute import drain, recompute_all
from metroplan.common.periods import Period
from tests.world import report

DAY = date(2023, 2, 1)
BEFORE, AFTER = datetime(2023, 1, 20, tzinfo=UTC), datetime(2023, 3, 10, tzinfo=UTC)
QUARTER = Period.parse("2022Q4")


@pytest.fixture
def past(world):
    """Everything up to here was known on the day: 30 of 80, slightly behind."""
    report(world, "standards", "A", "2022Q4", 30)
    report(world, "rate", "A", "2022Q4", (92, 100))
    Observation.objects.update(recorded_at=BEFORE)
    Target.objects.update(recorded_at=BEFORE)
    drain()
    return world


def correct_figure(world) -> None:
    report(world, "standards", "A", "2022Q4", 70)
    Observation.objects.filter(superseded_at__isnull=False).update(superseded_at=AFTER)
    Observation.objects.filter(revision=2).update(recorded_at=AFTER)


def report_more(world) -> None:
    report(world, "standards", "B", "2022Q4", 40)
    Observation.objects.filter(organisation=world.units["B"]).update(recorded_at=AFTER)


def revise_target(world) -> None:
    first = Target.objects.get(
        indicator=world.indicators["standards"], organisation=world.units["P"]
    )
    Target.objects.create(
        indicator=first.indicator,
        organisation=first.organisation,
        milestone=first.milestone,
        low=20,
        revision=2,
        effective_from=date(2023, 1, 1),
        recorded_at=AFTER,
    )


def revise_target_ahead(world) -> None:
    """Known then, but not to hold before its day."""
    revise_target(world)
    Target.objects.filter(revision=2).update(recorded_at=BEFORE, effective_from=AFTER.date())


def revise_baseline(world) -> None:
    BaselineRevision.objects.create(
        indicator=world.indicators["standards"],
        revision=1,
        year=2020,
        value=29,
        effective_from=date(2023, 1, 1),
        recorded_at=AFTER,
    )


def revise_thresholds(world) -> None:
    kept = {name: getattr(THRESHOLDS, name) for name in Thresholds.__slots__}
    RuleVersion.objects.create(
        **kept | {"version": 2, "on_track": D("0.90")},
        effective_from=date(2023, 1, 1),
        recorded_at=AFTER,
    )


CHANGES = [
    correct_figure, report_more, revise_target, revise_target_ahead, revise_baseline,
    revise_thresholds,
]  # fmt: skip


def seen(world, day: date) -> list:
    measures = [measure.pk for measure in world.measures.values()]
    with as_known_on(day, organisation=world.units["P"], measures=measures):
        progress = Progress.objects.exclude(indicator__code="units").order_by(
            "indicator__code", "organisation__code", "period"
        )
        rows = list(
            progress.values_list(
                "indicator__code", "organisation__code", "period", "status", "actual", "target",
                "baseline", "reported", "rule_version",
            )
        )  # fmt: skip
        rolled = RollUp.objects.order_by("series_id", "organisation_id", "period")
        rows += rolled.values_list("series_id", "organisation_id", "period", "value", "reported")
        targets = Target.objects.order_by("pk").values_list("pk", flat=True)
        return [*rows, *targets]


def test_looking_back_shows_what_is_stored_when_nothing_has_changed(past):
    [row] = [
        row for row in seen(past, DAY) if isinstance(row, tuple) and row[:1] == ("standards",)
        and row[1] == past.units["P"].code and row[2] == QUARTER
    ]  # fmt: skip
    stored = Progress.objects.get(
        indicator__code="standards", organisation=past.units["P"], period=QUARTER
    )
    assert row[3:6] == ("slightly_behind", 30, 80)
    assert (stored.status, stored.actual, stored.target) == row[3:6]


@pytest.mark.parametrize("change", CHANGES)
def test_what_came_later_does_not_alter_the_past(past, change):
    before = seen(past, DAY)
    change(past)
    drain()
    assert seen(past, DAY) == before


@pytest.mark.parametrize("change", [c for c in CHANGES if c is not revise_target_ahead])
def test_from_the_day_it_was_known_the_change_is_there(past, change):
    before = seen(past, date(2023, 4, 2))
    change(past)
    assert seen(past, date(2023, 4, 2)) != before


def test_before_anything_was_known_there_is_nothing(past):
    assert not [row for row in seen(past, date(2022, 1, 1)) if isinstance(row, int)]


def test_afterwards_every_query_sees_today_again(past):
    correct_figure(past)
    drain()
    seen(past, DAY)
    current = Observation.objects.get(measure__code="standards", superseded_at__isnull=True)
    assert current.value == 70
    assert RollUp.objects.filter(
        organisation=past.units["P"], series__measure__code="standards", period=QUARTER, value=70
    ).exists()


def test_a_failure_while_looking_back_leaves_no_trace(past):
    with (
        pytest.raises(RuntimeError),
        as_known_on(DAY, organisation=past.units["P"], measures=[past.measures["rate"].pk]),
    ):
        raise RuntimeError
    assert RollUp.objects.filter(series__measure__code="standards").exists()


def test_looking_back_at_one_unit_computes_no_other(past):
    measures = [past.measures["standards"].pk]
    with as_known_on(DAY, organisation=past.units["C1"], measures=measures):
        units = set(RollUp.objects.values_list("organisation__code", flat=True))
    assert units == {past.units[name].code for name in ("C1", "A", "B")}


def page(client, world, name: str, day: str) -> str:
    client.force_login(world.people["leader"])
    address = {
        "indicator": reverse("indicators:indicator-detail", args=["test-plan", "standards"]),
        "plan": reverse("indicators:plan-detail", args=["test-plan"]),
        "overview": reverse("dashboards:overview"),
    }[name]
    response = client.get(address, {"period": "2022Q4", "known_on": day})
    return response.status_code, response.content.decode()


@pytest.mark.parametrize("name", ["indicator", "plan", "overview"])
@pytest.mark.parametrize("change", [correct_figure, revise_target, revise_thresholds])
def test_a_page_of_the_past_stays_as_it_was(client, past, name, change):
    status, text = page(client, past, name, "2023-02-01")
    assert status == 200
    assert "2023-02-01" in text
    before, now = said(text), said(page(client, past, name, "")[1])
    change(past)
    recompute_all()
    assert said(page(client, past, name, "2023-02-01")[1]) == before
    assert said(page(client, past, name, "")[1]) != now


def said(text: str) -> str:
    """All that stands on the page, without the times at which it was computed."""
    main = re.search(r"(?s)<main.*</main>", text)[0]
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "", main)


@pytest.mark.parametrize("day", ["yesterday", "2999-01-01", "0001-01-01"])
def test_a_day_that_is_none_is_refused(client, past, day):
    assert page(client, past, "plan", day)[0] == 400


def api(client, world, name: str, **query) -> dict:
    client.force_login(world.people["leader"])
    return client.get(f"/api/v1/{name}/", {"known_on": "2023-02-01", **query}).json()


@pytest.mark.parametrize("change", CHANGES)
def test_answers_of_the_api_stay_as_they_were(client, past, change):
    asked = {"plan": "test-plan", "organisation": past.units["P"].code, "period": "2022Q4"}

    def answers() -> list:
        rows = api(client, past, "progress", **asked)["results"]
        for row in rows:
            del row["computed_at"]
        return [
            rows,
            api(client, past, "targets")["results"],
            api(client, past, "observations")["results"],
        ]

    before = answers()
    change(past)
    drain()
    assert answers() == before


def test_progress_as_known_needs_a_plan_or_an_indicator(client, past):
    answer = api(client, past, "progress")
    assert answer["code"] == "request.too_wide"
