"""What a unit owned goes to the unit after it: 金坛市 to 金坛区, 戚墅堰区 to 武进区."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from indicators.models import FormMeasure, Indicator, Progress, RollUp, Target
from indicators.plan_file.forms import _first_quarter
from indicators.services import recompute
from indicators.services.map_changes import follow_calendar
from indicators.services.recompute import drain, recompute_all
from indicators.services.verify import wrong_results
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.map_changes import ChangeOrder, Successor
from metroplan.organisations.models import Level
from metroplan.organisations.selectors_map import came_after, change_detail
from metroplan.organisations.services.changes import apply_change, preview_change
from metroplan.plans.models import Milestone, Plan
from metroplan.submissions.models import FormReminder, FormUnit, ReportingForm, Submission
from tests.world import World, add_target, add_unit, report, settle

TODAY = date(2023, 2, 1)
HALF = Decimal("0.5")
ZONE = "320482-Z1"
DISTRICT = Successor("320413", name_zh="金坛区", name_en="Jintan District")


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    """The newest closed quarter is 2022Q4."""
    monkeypatch.setattr(recompute.timezone, "localdate", lambda: TODAY)


@pytest.fixture
def jintan(world) -> World:
    """金坛市 has a plan, an indicator with a revised target, and a form of its own."""
    add_unit(world, "C", Level.CITY, "P", code="320400", name_zh="常州市")
    for code, name in (("320482", "金坛市"), ("320405", "戚墅堰区"), ("320412", "武进区")):
        add_unit(world, code, Level.COUNTY, "C", code=code, name_zh=name)
    add_unit(world, ZONE, Level.ZONE, "320482", code=ZONE, name_zh="金坛开发区")
    settle(world)
    own = world.units["320482"]
    plan = Plan.objects.create(
        code="jintan",
        title_zh="金坛规划",
        title_en="Jintan",
        organisation=own,
        starts=Period.parse("2012Q1"),
        status="in_force",
    )
    milestone = Milestone.objects.create(plan=plan, year=2025, kind="final")
    indicator = Indicator.objects.create(
        plan=plan,
        code="labs",
        series=world.indicators["standards"].series,
        name_zh="实验室",
        name_en="Labs",
        clause="1",
        position=1,
        attribute="expected",
        comparator="at_least",
        basis="absolute",
        mode="reach",
        owner=own,
    )
    world.indicators["labs"] = indicator
    for revision, low in ((1, 10), (2, 20)):
        Target.objects.create(
            indicator=indicator,
            organisation=own,
            milestone=milestone,
            low=low,
            revision=revision,
            effective_from=date(2012 + revision, 1, 1),
            document=f"文{revision}",
        )
    form = ReportingForm.objects.create(
        code="jintan-zone",
        name_zh="金坛市季报",
        name_en="Jintan form",
        kind="figures",
        owner=own,
        level=Level.ZONE,
        owner_fills=True,
        opens=Period.parse("2012Q1"),
    )
    FormMeasure.objects.create(form=form, measure=world.measures["standards"], position=1)
    FormUnit.objects.create(form=form, organisation=own, fills=True)
    FormReminder.objects.create(form=form, days=3)
    recompute_all()
    return world


def change(world: World, kind: str, codes, successors=(), on: str = "2015-04-01", **more):
    done = apply_change(
        kind=kind,
        effective_on=date.fromisoformat(on),
        units=[world.units[code] for code in codes],
        successors=successors,
        document="苏政发〔2015〕1号",
        actor=world.people["staff"],
        today=TODAY,
        **more,
    )
    drain()
    return done


def owner(code: str = "labs") -> str:
    return Indicator.objects.get(code=code).owner.code


def targets_of(code: str) -> list[tuple[int, Decimal, str]]:
    rows = Target.objects.filter(indicator__code="labs", organisation__code=code)
    return list(rows.values_list("revision", "low", "document").order_by("revision"))


def test_plan_indicator_and_targets_of_jintan_city_go_to_jintan_district(jintan):
    report(jintan, "standards", "320482", "2014Q4", 5)
    change(jintan, "rename", ["320482"], [DISTRICT])
    assert owner() == "320413"
    assert Plan.objects.get(code="jintan").organisation.code == "320413"
    both = [(1, 10, "文1"), (2, 20, "文2")]
    assert targets_of("320413") == targets_of("320482") == both
    jintan.units["320413"] = Indicator.objects.get(code="labs").owner
    report(jintan, "standards", "320413", "2022Q4", 9)
    drain()
    row = Progress.objects.get(
        indicator__code="labs", organisation__code="320413", period=Period.parse("2022Q4")
    )
    assert (row.actual, row.target) == (9, 20)
    assert wrong_results() == []


def test_the_form_goes_on_under_the_district_and_the_past_keeps_the_old_one(jintan):
    old = ReportingForm.objects.get(code="jintan-zone")
    Submission.objects.bulk_create(
        Submission(
            form=old,
            organisation=jintan.units[ZONE],
            period=Period.parse(quarter),
            due_on=TODAY,
        )
        for quarter in ("2015Q1", "2015Q2")
    )
    recompute_all()
    row = {"organisation__code": "320482", "period": Period.parse("2014Q4")}
    before = RollUp.objects.filter(series__measure__code="standards", **row).values().get()
    change(jintan, "rename", ["320482"], [DISTRICT])
    past = ReportingForm.objects.get(code="jintan-zone-320482")
    now = ReportingForm.objects.get(code="jintan-zone")
    assert now.pk == old.pk
    assert (past.owner.code, str(past.opens), str(past.closes)) == ("320482", "2012Q1", "2015Q1")
    assert past.exceptions.get().organisation.code == "320482"
    assert past.form_measures.count() == 1
    assert (now.owner.code, str(now.opens), now.closes) == ("320413", "2015Q2", None)
    assert (now.name_zh, now.owner_fills, now.level) == ("金坛区季报", True, Level.ZONE)
    assert [line.measure.code for line in now.form_measures.all()] == ["standards"]
    assert now.exceptions.get().organisation.code == "320413"
    assert now.reminders.get().days == 3
    forms = dict(Submission.objects.values_list("period", "form__code"))
    assert forms[Period.parse("2015Q1")] == "jintan-zone-320482"
    assert forms[Period.parse("2015Q2")] == "jintan-zone"
    after = RollUp.objects.filter(series__measure__code="standards", **row).values().get()
    assert after == before
    plan = Plan.objects.get(code="jintan")
    assert str(_first_quarter(plan, "jintan-zone")) == "2015Q2"
    assert wrong_results() == []


def test_a_renamed_unit_keeps_the_share_it_has_in_the_plan_above(jintan):
    add_target(jintan, "standards", "320482", 2025, 7)
    change(jintan, "rename", ["320482"], [DISTRICT])
    row = Target.objects.get(indicator__code="standards", organisation__code="320413")
    assert row.low == 7
    assert Target.objects.filter(indicator__code="standards", organisation__code="320482").exists()


def test_what_qishuyan_owned_goes_to_wujin_but_not_what_the_city_asked_of_it(jintan):
    Indicator.objects.filter(code="labs").update(owner=jintan.units["320405"])
    Target.objects.filter(indicator__code="labs").update(organisation=jintan.units["320405"])
    add_target(jintan, "standards", "320405", 2025, 7)
    change(jintan, "merge", ["320405"], [Successor("320412")])
    assert owner() == "320412"
    assert [low for _revision, low, _document in targets_of("320412")] == [10, 20]
    assert not Target.objects.filter(
        indicator__code="standards", organisation__code="320412"
    ).exists()


def test_targets_that_the_unit_after_it_has_already_stay_its_own(jintan):
    Indicator.objects.filter(code="labs").update(owner=jintan.units["320405"])
    Target.objects.filter(indicator__code="labs").update(organisation=jintan.units["320405"])
    milestone = Milestone.objects.get(plan__code="jintan")
    Target.objects.create(
        indicator=jintan.indicators["labs"],
        organisation=jintan.units["320412"],
        milestone=milestone,
        low=3,
        effective_from=date(2012, 1, 1),
    )
    change(jintan, "merge", ["320405"], [Successor("320412")])
    assert [low for _revision, low, _document in targets_of("320412")] == [3]


def test_the_preview_says_what_goes_where_and_stores_nothing(jintan):
    order = ChangeOrder("rename", date(2015, 4, 1), (jintan.units["320482"],), "文", (DISTRICT,))
    seen = preview_change(order=order, today=TODAY)
    numbers = [count.number for count in seen.counts[:4]]
    assert numbers == [1, 1, 1, 2]
    assert all("金坛区" in count.label or "Jintan" in count.label for count in seen.counts[:4])
    assert not any("owned" in count.label for count in seen.left)
    assert owner() == "320482"


PARTS = [Successor("320413", HALF, "金坛区"), Successor("320414", HALF, "薛埠区")]


def move_zone_away(world: World) -> None:
    """A unit with others below it cannot be divided."""
    change(world, "transfer", [ZONE], parent=world.units["C"], on="2015-01-01")


def test_a_split_asks_which_part_takes_over(jintan):
    move_zone_away(jintan)
    with pytest.raises(MetroplanError) as caught:
        change(jintan, "split", ["320482"], PARTS)
    assert caught.value.code == "organisations.heir_missing"
    assert "320482" in caught.value.message
    assert owner() == "320482"
    with pytest.raises(MetroplanError) as caught:
        change(jintan, "split", ["320482"], PARTS, heir="320412")
    assert caught.value.code == "organisations.heir_not_part"
    change(jintan, "split", ["320482"], PARTS, heir="320414")
    assert owner() == "320414"


def test_a_split_dated_ahead_of_a_unit_that_owns_something_waits_for_its_day(jintan):
    move_zone_away(jintan)
    with pytest.raises(MetroplanError) as caught:
        change(jintan, "split", ["320482"], PARTS, heir="320414", on="2023-06-01")
    assert caught.value.code == "organisations.heir_ahead"


def test_a_rename_dated_ahead_hands_over_on_its_day_and_once(jintan):
    add_target(jintan, "standards", "320482", 2025, 7)
    change(jintan, "rename", ["320482"], [DISTRICT], on="2023-03-01")
    assert owner() == "320482"
    follow_calendar(today=date(2023, 2, 28))
    assert owner() == "320482"
    follow_calendar(today=date(2023, 3, 1))
    follow_calendar(today=date(2023, 3, 2))
    assert owner() == "320413"
    assert len(targets_of("320413")) == 2
    assert ReportingForm.objects.filter(code__startswith="jintan-").count() == 2


def test_an_abolished_unit_hands_nothing_on_and_says_so(jintan):
    Indicator.objects.filter(code="labs").update(owner=jintan.units["320405"])
    done = change(jintan, "abolish", ["320405"])
    assert owner() == "320405"
    left = change_detail(done, jintan.people["staff"]).left
    assert [(count.number, bool(count.advice)) for count in left] == [(1, True)]


def test_who_came_after_whom_is_followed_over_several_changes(jintan):
    change(jintan, "rename", ["320482"], [DISTRICT])
    jintan.units["320413"] = district = Indicator.objects.get(code="labs").owner
    jintan.units["320482"].refresh_from_db()
    change(jintan, "merge", ["320413"], [Successor("320412")], on="2016-04-01")
    wujin = jintan.units["320412"]
    assert came_after(wujin, jintan.units["320482"])
    assert came_after(district, jintan.units["320482"])
    assert not came_after(jintan.units["320482"], wujin)
    assert not came_after(wujin, wujin)
    assert owner() == "320412"


def test_the_form_of_a_split_offers_the_choice(jintan, client):
    client.force_login(jintan.people["staff"])
    page = client.get(reverse("organisations:change-create", args=["split"])).content.decode()
    assert 'name="heir"' in page
    page = client.get(reverse("organisations:change-create", args=["merge"])).content.decode()
    assert 'name="heir"' not in page
    sent = {
        "units": "320405",
        "effective_on": str(TODAY - timedelta(days=9)),
        "document": "文",
        "note": "",
        "heir": "320415 甲区",
        "to-TOTAL_FORMS": "2",
        "to-INITIAL_FORMS": "0",
        "to-0-code": "320415",
        "to-0-name_zh": "甲区",
        "to-0-weight": "0.5",
        "to-1-code": "320416",
        "to-1-name_zh": "乙区",
        "to-1-weight": "0.5",
    }
    Indicator.objects.filter(code="labs").update(owner=jintan.units["320405"])
    address = reverse("organisations:change-create", args=["split"])
    refused = client.post(address, sent | {"heir": ""})
    assert refused.status_code == 422
    assert client.post(address, sent).status_code == 200
    assert client.post(address, sent | {"confirm": "1"}).status_code == 302
    assert owner() == "320415"
