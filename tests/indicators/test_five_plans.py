"""The five transcribed plans, loaded as `make run` loads them. Numbers were read by hand."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.utils import translation

from indicators.models import FormMeasure, Indicator, Measure, Series, Target
from indicators.plan_file import load, parse, plan_diff
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.plans.models import Plan, PlanBox, PlanDuty, PlanTask
from metroplan.submissions.models import ReportingForm

PLANS = settings.BASE_DIR / "fixtures" / "plans"
FILES = sorted(PLANS.glob("*.yaml"))

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def five_plans(django_db_setup, django_db_blocker):
    """Loaded once for the module; these tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", verbosity=0)
        call_command("load_plan", *FILES, verbosity=0)
        yield
        transaction.set_rollback(True)


def targets(plan: str, indicator: str) -> list[tuple]:
    rows = Target.objects.filter(indicator__plan__code=plan, indicator__code=indicator).order_by(
        "milestone__year"
    )
    return [(row.milestone.year, row.low, row.high) for row in rows]


def test_there_are_more_than_200_indicators_and_more_than_80_with_numbers():
    assert Indicator.objects.count() == 509
    assert Indicator.objects.exclude(comparator="done").count() == 83


def test_there_are_32_boxes_and_each_has_rows():
    assert PlanBox.objects.count() == 32
    assert not PlanBox.objects.annotate(lines=Count("rows")).filter(lines=0).exists()


def test_every_indicator_has_a_target_of_its_own_plans_unit():
    assert not Indicator.objects.filter(targets=None).exists()
    assert not Target.objects.exclude(organisation_id=None).exclude(revision=1).exists()
    for target in Target.objects.select_related("indicator__plan"):
        assert target.organisation_id == target.indicator.plan.organisation_id


def test_every_plan_has_its_parent_and_the_parents_carry_no_indicators():
    parents = dict(Plan.objects.exclude(indicators=None).values_list("code", "parent__code"))
    assert parents == {
        "guangxi-2014": "national-2013",
        "shanxi-2013": "national-2013",
        "fuxin-2015": "liaoning-2014",
        "yueyang-2023": "hunan-2022",
        "changzhou-2022": "jiangsu-2022",
    }
    assert Plan.objects.get(code="liaoning-2014").parent.code == "national-2013"
    assert Plan.objects.get(code="hunan-2022").parent.document_no == "国发〔2021〕37号"
    assert Plan.objects.count() == 10


def test_the_issuer_of_a_parent_plan_is_named_in_the_readers_language():
    plan = Plan.objects.get(code="national-2013")
    with translation.override("zh-hans"):
        assert plan.issuer == "国务院"
    with translation.override("en"):
        assert plan.issuer == "State Council"


@pytest.mark.parametrize(
    ("plan", "indicator", "expected"),
    [
        ("guangxi-2014", "traceability-coverage", [(2015, 75, None), (2020, 80, None)]),
        ("guangxi-2014", "methods-research", [(2015, 5, None), (2020, 10, None)]),
        ("guangxi-2014", "highest-standards", [(2015, 55, None), (2020, 60, None)]),
        ("guangxi-2014", "integrity-units", [(2015, 1500, None), (2020, 3000, None)]),
        ("guangxi-2014", "net-content", [(2015, 85, None), (2020, 90, None)]),
        ("guangxi-2014", "energy-online", [(2015, 15, None), (2020, 80, None)]),
        ("guangxi-2014", "industry-centres", [(2020, 1, 2)]),
        ("shanxi-2013", "traceability-coverage", [(2020, 95, None)]),
        ("shanxi-2013", "key-instrument-verification", [(2020, 98, None)]),
        ("shanxi-2013", "type-evaluation-labs", [(2020, 6, None)]),
        ("shanxi-2013", "integrity-units", [(2020, 5000, None)]),
        ("shanxi-2013", "taximeters", [(2020, 0, None)]),
        ("shanxi-2013", "certified-reference-materials", [(2020, 50, None)]),
        ("fuxin-2015", "city-public-standards", [(2020, 80, None)]),
        ("fuxin-2015", "county-public-standards", [(2020, 30, None)]),
        ("fuxin-2015", "verification-calibration-items", [(2020, 240, None)]),
        ("fuxin-2015", "city-intermediate-share", [(2020, 40, None)]),
        ("fuxin-2015", "mid-term-evaluation", [(2016, None, None)]),
        ("yueyang-2023", "city-highest-standards", [(2025, 150, None)]),
        ("yueyang-2023", "public-standards", [(2025, 80, None)]),
        ("yueyang-2023", "integrity-units", [(2025, 300, None)]),
        ("yueyang-2023", "standards-coverage", [(2025, 75, None)]),
        ("yueyang-2023", "standard-assessors", [(2025, 16, None)]),
        ("changzhou-2022", "standards-new-upgraded", [(2025, 80, None)]),
        ("changzhou-2022", "reference-materials", [(2025, 200, None)]),
        ("changzhou-2022", "commitment-units", [(2025, 2000, None)]),
        ("changzhou-2022", "manufacturers-served", [(2025, 300, None)]),
        ("changzhou-2022", "metrology-officers", [(2025, 80, None)]),
    ],
)
def test_targets_are_those_of_the_document(plan, indicator, expected):
    assert targets(plan, indicator) == expected


def test_guangxi_grows_against_2013():
    indicator = Indicator.objects.get(plan__code="guangxi-2014", code="compulsory-capacity")
    assert (indicator.basis, indicator.baseline_year) == ("growth_percent", 2013)
    assert indicator.baseline_value is None
    assert targets("guangxi-2014", "services-growth") == [(2020, 50, None)]


def test_yueyang_starts_from_67_standards_both_highest_and_public():
    rows = Indicator.objects.filter(plan__code="yueyang-2023", baseline_value=67)
    assert set(rows.values_list("code", flat=True)) == {
        "city-highest-standards",
        "public-standards",
    }


def test_about_ten_is_approximate_in_changzhou():
    rows = Target.objects.filter(approximate=True).values_list("indicator__code", "low")
    assert set(rows) == {
        ("discipline-leaders", Decimal(10)),
        ("instrument-firms", Decimal(10)),
    }


def test_fuxin_takes_the_mean_of_its_counties():
    measure = Indicator.objects.get(code="county-public-standards").series.measure
    assert (measure.roll_up, measure.mean_level) == ("mean", "county")


def test_plans_that_ask_the_same_share_the_measure():
    plans = Plan.objects.filter(indicators__series__measure__code="integrity_units")
    assert set(plans.values_list("code", flat=True)) == {
        "guangxi-2014",
        "shanxi-2013",
        "fuxin-2015",
        "yueyang-2023",
    }
    since = Series.objects.filter(measure__code="integrity_units").values_list("since", flat=True)
    assert {str(period) for period in since} == {"2014Q3", "2014Q1", "2015Q1", "2021Q1"}
    yearly = Series.objects.get(measure__code="net_content_pass_rate")
    assert yearly.indicators.count() == 3


def test_a_deliverable_has_a_yes_no_measure_of_its_own():
    measure = Measure.objects.get(code="guangxi-2014.regulation-revision")
    assert (measure.kind, measure.roll_up) == ("yes_no", "own")
    assert Measure.objects.filter(kind="yes_no").count() == 509 - 83


def test_forms_ask_for_each_measure_once():
    assert set(ReportingForm.objects.values_list("code", "level", "owner_fills")) == {
        ("guangxi-2014-county", "county", False),
        ("guangxi-2014-city", "city", False),
        ("guangxi-2014-owner", "", True),
        ("shanxi-2013-county", "county", False),
        ("shanxi-2013-city", "city", False),
        ("shanxi-2013-owner", "", True),
        ("fuxin-2015-county", "county", False),
        ("fuxin-2015-owner", "", True),
        ("yueyang-2023-county", "county", False),
        ("yueyang-2023-owner", "", True),
        ("changzhou-2022-county", "county", False),
        ("changzhou-2022-owner", "", True),
    }
    form = ReportingForm.objects.get(code="guangxi-2014-county")
    assert form.opens == Period.parse("2014Q3")
    assert form.closes is None
    assert "县级" in form.name_zh
    lines = FormMeasure.objects.filter(form=form).values_list("measure__code", flat=True)
    assert list(lines) == [
        "key_instrument_verification_rate",
        "integrity_units",
        "net_content_pass_rate",
        "energy_online_collection_rate",
        "compulsory_verification_capacity",
        "metrology_services",
    ]


def test_tasks_have_a_lead_and_duties_a_sender():
    assert not PlanTask.objects.exclude(task_units__position=0).exists()
    assert PlanTask.objects.count() == 19 + 34 + 22 + 22 + 25
    assert PlanDuty.objects.count() == 9 + 8 + 9 + 8 + 6
    task = PlanTask.objects.get(plan__code="yueyang-2023", number="8")
    names = [row.unit.name_zh for row in task.task_units.select_related("unit")]
    assert names[:2] == ["市科技局", "市市场监督管理局"]
    assert task.indicators.count() == 1


def test_loading_twice_changes_nothing():
    events = AuditEvent.objects.count()
    for path in FILES:
        document = parse(path.read_text(encoding="utf-8"))
        assert plan_diff(document) == []
        assert load(document, actor=None) == []
    call_command("load_reference", verbosity=0)
    assert AuditEvent.objects.count() == events


def test_each_load_left_one_row_in_the_log():
    events = AuditEvent.objects.filter(action="plan.loaded")
    assert events.count() == 10
    event = events.get(object_label=Plan.objects.get(code="guangxi-2014").title)
    assert event.actor == "system"
    assert event.data["counts"]["indicator added"] == 101
