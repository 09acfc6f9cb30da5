"""Loading plan files: what is stored, compared, revised and refused."""

from datetime import date

import pytest
from django.core.management import call_command

from indicators.models import DirtyMark, FormMeasure, Indicator, Measure, Observation, Target
from indicators.plan_file import PlanFileError, load, parse, plan_diff
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.plans.models import Plan, PlanBox, PlanTask
from metroplan.submissions.models import ReportingForm
from tests.indicators.plan_text import GOOD, changed
from tests.world import World, add_unit, settle


@pytest.fixture
def units(db) -> World:
    world = World()
    add_unit(world, "P", "province")
    add_unit(world, "C", "city", "P")
    add_unit(world, "A", "county", "C")
    settle(world)
    return world


def test_loading_stores_everything_and_logs_it_once(units):
    changes = load(parse(GOOD), actor=None)
    plan = Plan.objects.get(code="small-2020")
    assert plan.organisation == units.units["P"]
    assert PlanBox.objects.get(plan=plan).rows.count() == 2
    standards = plan.indicators.get(code="standards")
    assert (standards.series.window, standards.series.since) == (
        "since_plan_start",
        Period.parse("2020Q1"),
    )
    target = standards.targets.get(milestone__year=2025)
    assert (str(target.low), target.approximate, target.revision) == ("50.500000", True, 1)
    assert target.effective_from == date(2020, 1, 15)
    assert set(PlanTask.objects.get().indicators.values_list("code", flat=True)) == {
        "standards",
        "platform",
    }
    event = AuditEvent.objects.get(action="plan.loaded")
    assert len(event.data["added"]) == len(changes)


def test_loading_again_changes_nothing(units):
    load(parse(GOOD), actor=None)
    events = AuditEvent.objects.count()
    DirtyMark.objects.all().delete()
    assert load(parse(GOOD), actor=None) == []
    assert AuditEvent.objects.count() == events
    assert not DirtyMark.objects.exists()


def test_forms_ask_each_level_in_the_order_of_the_file(units):
    load(parse(GOOD), actor=None)
    lines = FormMeasure.objects.values_list("form__code", "measure__code")
    assert sorted(lines) == [
        ("small-2020-county", "lots_passed"),
        ("small-2020-county", "standards_built"),
        ("small-2020-owner", "small-2020.platform"),
        ("small-2020-owner", "standards_built"),
    ]
    form = ReportingForm.objects.get(code="small-2020-owner")
    assert (form.owner_fills, form.level, form.opens) == (True, "", Period.parse("2020Q1"))


def test_a_measure_that_a_register_counts_is_on_no_form(units):
    load(parse(changed(("decimals: 1", "decimals: 1\n    source: register:lots"))), actor=None)
    assert not FormMeasure.objects.filter(measure__code="lots_passed").exists()


def test_the_difference_is_told_and_nothing_stored(units):
    load(parse(GOOD), actor=None)
    text = changed(("low: 20}", "low: 25}"), ("zh: 平台, en: Platform", "zh: 平台, en: Service"))
    changes = plan_diff(parse(text))
    assert [(one.kind, one.thing, one.key) for one in changes] == [
        ("changed", "measure", "small-2020.platform"),
        ("changed", "indicator", "platform"),
        ("changed", "target", "standards 2022"),
    ]
    assert changes[1].before == {"name_en": "Platform"}
    assert changes[1].after == {"name_en": "Service"}
    assert not Target.objects.filter(revision=2).exists()
    assert Measure.objects.get(code="small-2020.platform").name_en == "Platform"


def test_a_changed_target_is_a_new_revision_and_the_old_one_stays(units):
    load(parse(GOOD), actor=None)
    load(parse(changed(("low: 20}", "low: 25}"))), actor=None)
    rows = Target.objects.filter(indicator__code="standards", milestone__year=2022)
    assert [(row.revision, row.low) for row in rows.order_by("revision")] == [(1, 20), (2, 25)]
    event = AuditEvent.objects.filter(action="plan.loaded").order_by("id").last()
    assert event.data["before"]["target standards 2022"]["low"] == "20"
    assert event.data["after"]["target standards 2022"]["low"] == "25"


def test_a_changed_target_marks_the_units_for_recomputing(units):
    load(parse(GOOD), actor=None)
    DirtyMark.objects.all().delete()
    load(parse(changed(("low: 20}", "low: 25}"))), actor=None)
    marked = DirtyMark.objects.values_list("measure__code", "organisation__code")
    assert {measure for measure, _unit in marked} == {"standards_built"}
    assert units.units["A"].code in {unit for _measure, unit in marked}


def without_passed() -> str:
    """The good file without the indicator `passed` and its measure."""
    start, end = GOOD.index("  - code: passed"), GOOD.index("  - code: platform")
    text = GOOD[:start] + GOOD[end:]
    start, end = text.index("  - code: lots_passed"), text.index("indicators:\n")
    return text[:start] + text[end:]


def observe(world: World, measure: str) -> None:
    Observation.objects.create(
        measure=Measure.objects.get(code=measure),
        organisation=world.units["A"],
        period=Period.parse("2021Q1"),
        state="value",
        numerator=1,
        denominator=2,
        recorded_at="2021-04-10T00:00:00Z",
    )


def test_an_indicator_without_figures_goes_when_the_file_drops_it(units):
    load(parse(GOOD), actor=None)
    changes = load(parse(without_passed()), actor=None)
    assert ("removed", "indicator", "passed") in [(c.kind, c.thing, c.key) for c in changes]
    assert not Indicator.objects.filter(code="passed").exists()
    assert not FormMeasure.objects.filter(measure__code="lots_passed").exists()
    assert plan_diff(parse(without_passed())) == []


def test_an_indicator_with_figures_is_not_dropped(units):
    load(parse(GOOD), actor=None)
    observe(units, "lots_passed")
    with pytest.raises(PlanFileError) as caught:
        load(parse(without_passed()), actor=None)
    assert [one.code for one in caught.value.problems] == ["indicator_has_figures"]
    assert Indicator.objects.filter(code="passed").exists()


def test_an_indicator_whose_target_was_broken_down_is_not_dropped(units):
    load(parse(GOOD), actor=None)
    target = Target.objects.get(indicator__code="passed")
    target.pk, target.organisation = None, units.units["C"]
    target.save()
    with pytest.raises(PlanFileError) as caught:
        load(parse(without_passed()), actor=None)
    assert [one.code for one in caught.value.problems] == ["indicator_has_figures"]


def test_a_deliverable_that_is_dropped_takes_its_measure_along(units):
    load(parse(GOOD), actor=None)
    start, end = GOOD.index("  - code: platform"), GOOD.index("tasks:\n")
    text = (GOOD[:start] + GOOD[end:]).replace(", platform]", "]")
    load(parse(text), actor=None)
    assert not Measure.objects.filter(code="small-2020.platform").exists()
    assert not ReportingForm.objects.get(code="small-2020-owner").form_measures.filter(
        measure__kind="yes_no"
    )


def test_a_milestone_that_is_dropped_takes_its_targets_along(units):
    load(parse(GOOD), actor=None)
    text = changed(
        ("  - {year: 2022, kind: mid_term}\n", ""), ("      - {year: 2022, low: 20}\n", "")
    )
    load(parse(text), actor=None)
    assert not Target.objects.filter(milestone__year=2022).exists()
    assert Plan.objects.get(code="small-2020").milestones.count() == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('organisation: "900000"\n', 'organisation: "999999"\n', (5, "unknown_organisation")),
        ('organisation: "900000"}', 'organisation: "999999"}', (18, "unknown_organisation")),
        ("parent: null", "parent: national-1999", (9, "unknown_parent")),
        ("accumulation: flow", "accumulation: stock", (50, "window_needs_flow")),
        ("roll_up: sum", "roll_up: own", (51, "own_needs_owner")),
        ("[county, owner]", "[province, owner]", (51, "level_not_below")),
        ("high: 95", "high: 105", (64, "not_percent")),
        (
            "comparator: done",
            "comparator: done\n    measure: standards_built",
            (70, "done_needs_yes_no"),
        ),
        (
            "roll_up: sum",
            "roll_up: mean\n    mean_level: city",
            (52, "mean_level_reports"),
        ),
    ],
)
def test_what_does_not_fit_the_database_is_told_with_its_line(units, old, new, expected):
    with pytest.raises(PlanFileError) as caught:
        load(parse(changed((old, new))), actor=None)
    assert expected in [(one.line, one.code) for one in caught.value.problems]
    assert not Plan.objects.exists()


def test_an_unknown_measure_is_told(units):
    start, end = GOOD.index("  - code: lots_passed"), GOOD.index("indicators:\n")
    with pytest.raises(PlanFileError) as caught:
        load(parse(GOOD[:start] + GOOD[end:]), actor=None)
    assert [one.code for one in caught.value.problems] == ["unknown_measure"]


def test_two_plans_do_not_define_one_measure_differently(units):
    load(parse(GOOD), actor=None)
    other = changed(("small-2020", "other-2020"), ("unit: {zh: 项", "unit: {zh: 个"))
    with pytest.raises(PlanFileError) as caught:
        load(parse(other), actor=None)
    assert [(one.line, one.code) for one in caught.value.problems] == [(27, "measure_twice")]


def test_a_measure_with_figures_keeps_its_kind(units):
    load(parse(GOOD), actor=None)
    observe(units, "lots_passed")
    text = changed(("accumulation: stock", "accumulation: flow"))
    with pytest.raises(PlanFileError) as caught:
        load(parse(text), actor=None)
    assert [one.code for one in caught.value.problems] == ["measure_has_figures"]


def test_the_issuing_unit_of_a_loaded_plan_is_fixed(units):
    load(parse(GOOD), actor=None)
    text = changed(('organisation: "900000"\n', f'organisation: "{units.units["C"].code}"\n'))
    with pytest.raises(PlanFileError) as caught:
        load(parse(text), actor=None)
    assert [one.code for one in caught.value.problems] == ["organisation_fixed"]


def test_the_command_tells_file_and_line_and_stores_nothing(units, tmp_path, capsys):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text(changed(("status: in_force", "status: running")), encoding="utf-8")
    with pytest.raises(SystemExit) as caught:
        call_command("load_plan", good, bad)
    assert caught.value.code == 1
    assert f"{bad}:11: plan.status: " in capsys.readouterr().err
    assert not Plan.objects.exists()


def test_a_dry_run_prints_the_difference_and_stores_nothing(units, tmp_path, capsys):
    file = tmp_path / "good.yaml"
    file.write_text(GOOD, encoding="utf-8")
    call_command("load_plan", file)
    file.write_text(changed(("low: 20}", "low: 25}")), encoding="utf-8")
    capsys.readouterr()
    call_command("load_plan", file, "--dry-run")
    assert "~ target standards 2022  low: 20 → 25\n" in capsys.readouterr().out
    assert not Target.objects.filter(revision=2).exists()


def test_the_number_of_queries_does_not_grow_with_the_file(units, django_assert_max_num_queries):
    load(parse(GOOD), actor=None)
    again = parse(GOOD)
    with django_assert_max_num_queries(45):
        load(again, actor=None)
