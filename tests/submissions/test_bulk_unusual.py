"""Figures of large files that may be right and look wrong: warnings, found in sets."""

from datetime import date

import pytest
from django.urls import reverse

from indicators.models import PlausibilityRule
from indicators.plausibility import in_sets
from indicators.services.plausibility import Subject, change_rule, ensure_default_rules
from indicators.services.revisions import Papers
from metroplan.submissions.wording import describe
from tests.submissions.bulk_files import checked, codes, lines_of
from tests.world import World, report

PAPERS = Papers(date(2020, 1, 1), "第1号", "示例")


@pytest.fixture(autouse=True)
def ruled(world: World, settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    ensure_default_rules()
    return world


def ranged(world: World, key: str, low: str, high: str) -> None:
    change_rule(
        subject=Subject("range", measure=world.measures[key]),
        active=True,
        params={"low": low, "high": high},
        papers=PAPERS,
        actor=world.people["staff"],
    )


def unusual(job) -> list[tuple[str, int, str]]:
    return [issue for issue in codes(job) if issue[0].startswith("figure.")]


def test_a_count_that_falls_within_the_file_is_a_warning(world):
    lines = ("{A},standards,2021Q1,,9,,", "{A},standards,2021Q3,,7,,", "{B},standards,2021Q2,,3,,")
    job = checked(world, lines_of(world, *lines))
    assert (job.status, job.errors) == ("ready", 0)
    assert unusual(job) == [("figure.below_last", 3, "E")]
    told = job.issues.get(code="figure.below_last")
    assert (told.severity, told.key) == ("warning", "standards")
    assert told.params == {"value": "7", "last": "9", "period": "2021Q1", "part": "value"}
    assert "E3" in describe(told)


def test_a_figure_is_held_against_what_stands_between_those_of_the_file(world):
    report(world, "standards", "A", "2021Q1", "5")
    report(world, "standards", "A", "2021Q3", "8")
    lines = ("{A},standards,2021Q2,,6,,", "{A},standards,2021Q4,,7,,", "{B},standards,2021Q4,,1,,")
    job = checked(world, lines_of(world, *lines))
    assert unusual(job) == [("figure.below_last", 3, "E")]
    assert job.issues.get(code="figure.below_last").params["last"] == "8"


def test_a_figure_that_the_file_replaces_is_held_against_nothing(world):
    report(world, "standards", "A", "2021Q1", "50")
    lines = ("{A},standards,2021Q1,,5,,", "{A},standards,2021Q2,,6,,")
    assert unusual(checked(world, lines_of(world, *lines))) == []


def test_a_quarter_in_which_the_measure_did_not_apply_is_passed_over(world):
    lines = (
        "{A},standards,2021Q1,,9,,",
        "{A},standards,2021Q2,not_applicable,,,",
        "{A},standards,2021Q3,,8,,",
    )
    assert unusual(checked(world, lines_of(world, *lines))) == [("figure.below_last", 4, "E")]


def test_a_check_that_is_out_of_use_finds_nothing(world):
    PlausibilityRule.objects.filter(check_kind="below_last").update(active=False)
    lines = ("{A},standards,2021Q1,,9,,", "{A},standards,2021Q2,,7,,")
    assert unusual(checked(world, lines_of(world, *lines))) == []


def test_figures_outside_the_usual_range_are_warnings(world):
    ranged(world, "rate", "50", "95")
    ranged(world, "standards", "", "100")
    lines = (
        "{A},rate,2021Q1,,,9,10",
        "{A},rate,2021Q2,,,49,100",
        "{B},rate,2021Q2,not_applicable,,,",
        "{A},standards,2021Q2,,101,,",
    )
    job = checked(world, lines_of(world, *lines))
    assert unusual(job) == [("figure.out_of_range", 3, "F"), ("figure.out_of_range", 5, "E")]
    assert job.issues.get(row=3, code="figure.out_of_range").params["value"] == "49%"


def test_no_more_than_so_many_are_listed_and_the_others_counted(world, client, monkeypatch):
    monkeypatch.setattr(in_sets, "LISTED", 2)
    quarters = [f"{{A}},standards,{2015 + k // 4}Q{k % 4 + 1},,{50 - k},," for k in range(8)]
    job = checked(world, lines_of(world, *quarters))
    assert [line for _, line, _ in unusual(job)] == [3, 4]
    left = job.issues.get(code="import.unusual_left")
    assert left.params == {"count": 5}
    assert describe(left)
    client.force_login(world.people["reviewer"])
    page = client.get(reverse("submissions:bulk-detail", args=[job.pk])).content.decode()
    assert 'href="#issues"' in page
    assert all(f">E{line}<" in page for line in (3, 4))
