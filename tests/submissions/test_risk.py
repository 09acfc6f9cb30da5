from decimal import Decimal

import pytest
from django.urls import reverse

from indicators.services.recompute import recompute_all
from metroplan.submissions.models import Submission
from metroplan.submissions.rules.risk import Level, risk
from metroplan.submissions.selectors import queue
from tests.submissions.quarter import filled, opened, submitted, uploaded
from tests.world import report

CALM = {"days_over": 0, "warnings": 0, "changed": 0, "lines": 10, "largest_change": Decimal(0)}


@pytest.mark.parametrize(
    ("given", "points"),
    [
        ({}, 0),
        ({"days_over": -5}, 0),
        ({"days_over": 3}, 6),
        ({"days_over": 400}, 30),
        ({"warnings": 2}, 20),
        ({"warnings": 9}, 30),
        ({"changed": 5}, 10),
        ({"changed": 0, "lines": 0}, 0),
        ({"largest_change": Decimal("0.05")}, 10),
        ({"largest_change": Decimal(1)}, 20),
        ({"days_over": 15, "warnings": 3, "changed": 10, "largest_change": Decimal(1)}, 100),
    ],
)
def test_risk_adds_up_four_things_each_up_to_its_limit(given, points):
    assert risk(**CALM | given).points == points


@pytest.mark.parametrize(
    ("days", "level"), [(12, Level.LOW), (13, Level.MEDIUM), (400, Level.MEDIUM)]
)
def test_the_word_follows_the_points(days, level):
    assert risk(**CALM | {"days_over": days}).level is level
    assert risk(**CALM | {"days_over": days, "warnings": 3}).level is (
        Level.HIGH if days > 9 else Level.MEDIUM
    )


def test_the_largest_change_is_measured_by_the_reviewing_units_own_figure(world):
    report(world, "standards", "A", "2022Q3", "30")
    report(world, "standards", "B", "2022Q3", "70")
    recompute_all()
    submission = opened(world)
    uploaded(world, submission, filled({"standards": "40", "units": "5"}))
    submission = submitted(world, submission)
    assert queue.by_kind([submission], "change_sizes") == {submission.pk: Decimal("0.1")}


def test_nothing_to_compare_with_is_no_change(world):
    submission = submitted(world, opened(world))
    assert queue.by_kind([submission], "change_sizes") == {}


def test_the_queue_is_sorted_and_narrowed_by_risk(world, as_person):
    calm, risky = submitted(world, opened(world)), opened(world, "B")
    Submission.objects.update(due_on="2999-01-01")
    uploaded(world, risky, person="neighbour")
    risky.uploads.update(warnings=3)
    risky = submitted(world, risky, "neighbour")
    client, address = as_person("city_reviewer"), reverse("submissions:review-queue")

    def found(**query):
        return [row.submission for row in client.get(address, query).context["rows"]]

    assert found(sort="risk") == [risky, calm]
    assert found(sort="unit") == [calm, risky]
    assert found(risk="high") == [risky]
    assert found(risk="low") == [calm]
    words = [row.risk.level for row in client.get(address).context["rows"]]
    assert words == [Level.HIGH, Level.LOW]
