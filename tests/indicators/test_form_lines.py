"""What a form asks for, chosen by staff, and what a plan file leaves of it."""

import pytest
from django.urls import reverse

from indicators.models import DirtyMark, FormMeasure, Indicator, Measure, RollUp, Series
from indicators.plan_file import load, parse
from indicators.services import form_lines
from indicators.services.recompute import recompute_all
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.plans.models import Plan
from metroplan.submissions.models import FormReminder, FormUnit, ReportingForm
from metroplan.submissions.services import forms as services
from metroplan.submissions.services.forms import USUAL_REMINDERS, FormValues
from tests.indicators.plan_text import GOOD
from tests.submissions.quarter import opened, uploaded
from tests.world import add_measure

NEWEST = Period.parse("2022Q4")


def codes(form: ReportingForm) -> list[str]:
    return list(form.form_measures.order_by("position").values_list("measure__code", flat=True))


def other_measure(world, **fields) -> Measure:
    form, world.form = world.form, None
    measure = add_measure(world, "other", **fields)
    world.form = form
    return measure


def refused(act, **given) -> str:
    with pytest.raises(MetroplanError) as caught:
        act(**given)
    return caught.value.code


def test_the_search_field_of_an_empty_form_is_empty(world, client):
    world.form.form_measures.all().delete()
    client.force_login(world.people["staff"])
    page = client.get(reverse("indicators:form-measures", args=[world.form.code]))
    assert 'name="q" value=""' in page.content.decode()


def test_staff_search_add_and_put_measures_in_order(world, client):
    other_measure(world)
    client.force_login(world.people["staff"])
    address = reverse("indicators:form-measures", args=[world.form.code])
    found = client.get(address, {"q": "OTHER"}).context["found"]
    assert [measure.code for measure in found.measures] == ["other"]
    for act in ("add", "up", "up", "up", "up"):
        assert client.post(address, {"measure": "other", "act": act}).status_code == 302
    assert codes(world.form) == ["other", "units", "standards", "rate"]
    client.post(address, {"measure": "standards", "act": "remove"})
    assert codes(world.form) == ["other", "units", "rate"]
    event = AuditEvent.objects.filter(action="form.measures_changed").order_by("id").last()
    assert event.data["after"] == {"measures": ["other", "units", "rate"]}
    assert DirtyMark.objects.filter(measure__code="standards").exists()


def test_measures_of_other_plans_are_found_only_when_asked_for(world, client):
    theirs = other_measure(world)
    plan = Plan.objects.create(code="theirs", title_zh="他", title_en="o")
    own = Indicator.objects.filter(series__measure__code="units").first()
    own.pk, own.plan = None, plan
    own.series = Series.objects.create(measure=theirs, window="as_is")
    own.save()
    client.force_login(world.people["staff"])
    address = reverse("indicators:form-measures", args=[world.form.code])
    near = client.get(address, {"q": "other"})
    assert (near.context["found"].measures, near.context["found"].elsewhere) == ([], 1)
    assert "plans=all" in near.content.decode()
    assert client.get(address, {"q": "other", "plans": "all"}).context["found"].measures == [theirs]


def test_a_measure_that_a_register_counts_is_on_no_form(world):
    measure = other_measure(world, source="register:institutes")
    given = {"form": world.form, "actor": world.people["staff"], "newest": NEWEST}
    code = refused(form_lines.add_measure, measure=measure, **given)
    assert code == "form.measure_counted"


def test_nothing_is_asked_twice_of_one_unit(world):
    staff = world.people["staff"]
    values = FormValues("又一表", "Another", "county", False, Period.parse("2022Q1"))
    other = services.create_form(
        actor=staff, code="another", kind="figures", owner=world.units["C1"], values=values
    )
    given = {"actor": staff, "measure": world.measures["units"], "newest": NEWEST}
    assert refused(form_lines.add_measure, form=other, **given) == "form.measure_asked_elsewhere"
    assert refused(form_lines.add_measure, form=world.form, **given) == "form.measure_there"
    world.form.closes = Period.parse("2021Q4")
    world.form.save()
    form_lines.add_measure(form=other, **given)
    assert codes(other) == ["units"]


def test_a_line_that_is_answered_and_not_approved_stays(world):
    uploaded(world, opened(world))
    given = {"form": world.form, "actor": world.people["staff"]}
    code = refused(form_lines.remove_measure, measure=world.measures["rate"], **given)
    assert code == "form.measure_in_use"
    assert "rate" in codes(world.form)


def test_an_exception_is_expected_or_not_by_the_engine(world):
    recompute_all()
    assert expected(world) == 3
    for unit, fills in (("B", False), ("A", False), ("C2", True)):
        FormUnit.objects.create(form=world.form, organisation=world.units[unit], fills=fills)
    recompute_all()
    assert expected(world) == 2


def expected(world) -> int:
    rolled = RollUp.objects.get(
        series__measure=world.measures["standards"],
        organisation=world.units["P"],
        period=NEWEST,
    )
    return rolled.expected


def changed_by_hand(world) -> ReportingForm:
    form = ReportingForm.objects.get(code="small-2020-county")
    values = FormValues("改名的表", "Renamed", "county", False, form.opens, deadline_working_days=8)
    return services.change_form(
        form=form, actor=world.people["staff"], values=values, reminders=[(2, "unit")]
    )


def test_a_form_of_a_plan_file_comes_with_the_usual_reminders(world):
    load(parse(GOOD), actor=None)
    steps = FormReminder.objects.filter(form__code="small-2020-county").values_list("days", "to")
    assert set(steps) == set(USUAL_REMINDERS)


def test_a_plan_file_leaves_a_form_as_staff_changed_it(world):
    load(parse(GOOD), actor=None)
    changed_by_hand(world)
    assert load(parse(GOOD), actor=None) == []
    form = ReportingForm.objects.get(code="small-2020-county")
    assert (form.name_zh, form.deadline_working_days) == ("改名的表", 8)
    assert [step.days for step in form.reminders.all()] == [2]


def test_a_plan_file_leaves_the_measures_as_staff_chose_them(world):
    load(parse(GOOD), actor=None)
    form, staff = ReportingForm.objects.get(code="small-2020-county"), world.people["staff"]
    lots = Measure.objects.get(code="lots_passed")
    extra = other_measure(world)
    form_lines.remove_measure(form=form, actor=staff, measure=lots)
    form_lines.add_measure(form=form, actor=staff, measure=extra, newest=NEWEST)
    form_lines.move_measure(form=form, actor=staff, measure=extra, up=True)
    assert load(parse(GOOD), actor=None) == []
    assert codes(form) == ["other", "standards_built"]


def test_a_form_that_staff_made_beside_the_plan_is_left_alone(world):
    load(parse(GOOD), actor=None)
    values = FormValues("自建表", "Own", "county", False, Period.parse("2022Q1"))
    services.create_form(
        actor=world.people["staff"],
        code="small-2020-extra",
        kind="figures",
        owner=world.units["P"],
        values=values,
    )
    load(parse(GOOD), actor=None)
    assert ReportingForm.objects.filter(code="small-2020-extra").exists()
    assert FormMeasure.objects.filter(form__code="small-2020-county").count() == 2
