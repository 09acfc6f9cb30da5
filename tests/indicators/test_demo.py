"""Demonstration data: the same everywhere, plausible, and never in production."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db.models import F, Sum

from indicators.demo.accounts import ACCOUNTS, PASSWORD, create_demo_accounts
from indicators.demo.chance import chance, whole_between
from indicators.demo.lines import historic_csv
from indicators.demo.loading import load_demo, load_plan_figures
from indicators.demo.paths import Path as PlanPath
from indicators.demo.quarter import LEFT_OPEN
from indicators.demo.scene import load_scene
from indicators.demo.split import apportion
from indicators.models import Indicator, Observation, Target
from metroplan.common.periods import Period
from metroplan.organisations.checks import no_demo_accounts_in_production
from metroplan.organisations.models import Role, User
from metroplan.plans.models import Plan
from metroplan.submissions.models import ReviewDecision, Submission, Upload

TODAY = date(2023, 2, 1)
NEWEST = Period.parse("2022Q4")


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def yueyang(db) -> Plan:
    call_command("load_reference")
    call_command("load_plan", str(Path(project.BASE_DIR) / "fixtures/plans/yueyang-2023.yaml"))
    return Plan.objects.get(code="yueyang-2023")


@pytest.fixture
def loaded(yueyang) -> Plan:
    create_demo_accounts()
    load_plan_figures(yueyang, today=TODAY)
    return yueyang


def total(measure: str, period: str) -> Decimal:
    figures = Observation.objects.filter(
        measure__code=measure, period=Period.parse(period), superseded_at__isnull=True
    )
    return figures.aggregate(total=Sum("value"))["total"]


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (7, [5, 3, 2], [4, 2, 1]),
        (0, [1, 2], [0, 0]),
        (2, [1, 1, 1], [1, 1, 0]),
    ],
)
def test_parts_add_up_to_the_whole(whole, weights, parts):
    assert apportion(whole, weights) == parts
    assert sum(parts) == whole


def test_the_same_words_always_fall_the_same_way():
    assert round(chance("pace", "integrity_units", "450103"), 6) == 0.596598
    assert {whole_between(1, 3, "die", throw) for throw in range(50)} == {1, 2, 3}


def test_a_path_is_straight_between_anchors_and_drifts_after_the_last():
    path = PlanPath(((0, 10.0), (10, 20.0), (20, 60.0)), drift=0.5)
    assert [path.at(time) for time in (-5, 0, 5, 10, 15, 20, 30)] == [10, 10, 15, 20, 40, 60, 80]


def test_two_generations_agree_to_the_last_byte(yueyang):
    first = historic_csv(load_scene(yueyang, NEWEST.index), (NEWEST - 1).index)
    chance.cache_clear()
    assert historic_csv(load_scene(yueyang, NEWEST.index), (NEWEST - 1).index) == first


def test_no_part_exceeds_its_whole_and_nothing_is_below_zero(yueyang):
    content = historic_csv(load_scene(yueyang, NEWEST.index), (NEWEST - 1).index)
    for line in csv.DictReader(io.StringIO(content.decode())):
        assert not line["value"] or int(line["value"]) >= 0
        if line["denominator"]:
            assert 0 <= int(line["numerator"]) <= int(line["denominator"])
            assert int(line["denominator"]) > 0


def test_baselines_are_those_the_plan_prints(loaded):
    assert total("public_standards", "2020Q4") == 67
    assert total("highest_standards", "2020Q4") == 67
    coverage = Observation.objects.get(
        measure__code="standards_coverage_rate", period=Period.parse("2020Q4")
    )
    assert 100 * coverage.numerator / coverage.denominator == 25


def test_figures_name_a_line_or_a_cell(loaded):
    figures = Observation.objects.select_related("staged_row")
    assert all(one.line and one.batch.is_demo for one in figures.filter(period__lt=NEWEST)[:50])
    newest = figures.filter(period=NEWEST)
    assert newest and all(one.staged_row.cells for one in newest)


def test_the_breakdown_adds_up_to_the_plans_target(loaded):
    broken = Target.objects.filter(is_demo=True).values("indicator", "milestone")
    sums = list(broken.annotate(total=Sum("low")).order_by("indicator"))
    assert sums
    for row in sums:
        whole = Target.objects.get(
            indicator=row["indicator"],
            milestone=row["milestone"],
            organisation=F("indicator__owner"),
        )
        assert row["total"] == whole.low
    integrity = Indicator.objects.get(plan=loaded, code="integrity-units")
    assert integrity.targets.filter(is_demo=True).count() == 13


def test_the_named_counties_are_left_open(loaded):
    left = Submission.objects.get(organisation__code="430602", form__owner=loaded.organisation)
    assert "430602" in LEFT_OPEN
    assert (left.status, left.version, left.period) == ("open", 0, NEWEST)
    assert not Observation.objects.filter(organisation__code="430602", period=NEWEST).exists()


def test_the_newest_quarter_went_the_real_way(loaded):
    states = dict(Submission.objects.values_list("organisation__code", "status"))
    assert (states["430603"], states["430611"], states["430600"]) == (
        "submitted",
        "returned",
        "approved",
    )
    returned = ReviewDecision.objects.get(decision="returned")
    assert returned.reason and returned.decided_by.username == "yy-reviewer"
    names = Upload.objects.filter(submission__organisation__code="430603")
    assert names.get().file.name == "云溪区2022Q4.xlsx"


def test_loading_again_changes_nothing(loaded):
    before = Observation.objects.count(), Target.objects.count(), User.objects.count()
    assert list(load_demo(today=TODAY)) == []
    assert before == (Observation.objects.count(), Target.objects.count(), User.objects.count())


def test_all_roles_have_an_account_that_can_sign_in(yueyang):
    create_demo_accounts()
    listed = [account for account in ACCOUNTS if account.unit.startswith(("4500", "4306"))]
    assert {account.role for account in listed} == set(Role.values)
    user = User.objects.get(username="yy-reporter")
    assert user.check_password(PASSWORD)
    assert (user.is_demo, user.organisation.code) == (True, "430602")


def test_the_accounts_are_printed_as_a_table(yueyang, capsys):
    call_command("list_demo_accounts")
    assert "gx-reporter" not in capsys.readouterr().out
    create_demo_accounts()
    call_command("list_demo_accounts")
    printed = capsys.readouterr().out
    assert all(account.username in printed for account in ACCOUNTS)
    assert PASSWORD in printed


def test_demonstration_data_are_refused_outside_development(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="METROPLAN_DEV"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_production_does_not_start_with_demonstration_accounts(yueyang, settings):
    settings.DEMO = False
    assert no_demo_accounts_in_production(None) == []
    settings.DEMO = True
    create_demo_accounts()
    assert no_demo_accounts_in_production(None) == []
    settings.DEMO = False
    assert [error.id for error in no_demo_accounts_in_production(None)] == ["organisations.E001"]
