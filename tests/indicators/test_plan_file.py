"""Plan files: every fault with its line, and what loading one stores."""

from datetime import date

import pytest
from django.core.management import call_command
from django.utils import translation

from indicators.models import DirtyMark, FormMeasure, Indicator, Measure, Observation, Target
from indicators.plan_file import PlanFileError, decode, load, parse, plan_diff
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.plans.models import Plan, PlanBox, PlanTask
from metroplan.submissions.models import ReportingForm
from tests.world import World, add_unit, settle

GOOD = """\
plan:
  code: small-2020
  title: {zh: 小规划, en: Small plan}
  document_no: null
  organisation: "900000"
  issued_on: 2020-01-15
  starts: 2020Q1
  ends: 2025Q4
  parent: null
  url: null
  status: in_force
milestones:
  - {year: 2022, kind: mid_term}
  - {year: 2025, kind: final}
categories:
  - {code: goals, name: {zh: 目标, en: Goals}}
units:
  - {code: market, name: {zh: 市场监管局, en: Market bureau}, organisation: "900000"}
  - {code: finance, name: {zh: 财政局, en: Finance bureau}}
boxes:
  - number: 1
    title: {zh: 目标, en: Goals}
    rows:
      - {label: {zh: 合格率, en: Pass rate}}
      - {label: {zh: 标准, en: Standards}, text: {zh: 五项, en: Five}}
measures:
  - code: standards_built
    name: {zh: 标准数, en: Standards}
    unit: {zh: 项, en: items}
    kind: count
    accumulation: flow
    roll_up: sum
    decimals: 0
  - code: lots_passed
    name: {zh: 合格率, en: Pass rate}
    unit: {zh: "%", en: "%"}
    kind: ratio
    accumulation: stock
    roll_up: ratio
    numerator: {zh: 合格, en: Passed}
    denominator: {zh: 抽查, en: Sampled}
    decimals: 1
indicators:
  - code: standards
    measure: standards_built
    name: {zh: 标准, en: Standards}
    clause: 专栏1
    category: goals
    comparator: at_least
    window: since_plan_start
    reported_by: [county, owner]
    baseline: {year: 2019, value: 3}
    targets:
      - {year: 2022, low: 20}
      - {year: 2025, low: 50.5, approximate: true}
  - code: passed
    measure: lots_passed
    name: {zh: 合格率, en: Pass rate}
    clause: 专栏1
    category: goals
    comparator: range
    reported_by: [county]
    targets:
      - {year: 2025, low: 90, high: 95}
  - code: platform
    name: {zh: 平台, en: Platform}
    clause: （一）
    category: goals
    comparator: done
    targets:
      - {year: 2025}
tasks:
  - number: "1"
    title: {zh: 建标, en: Build standards}
    clause: （一）
    lead: market
    supporting: [finance]
    due: 2025Q4
    indicators: [standards, platform]
duties:
  - code: yearly
    clause: （二）
    from: market
    to: null
    subject: {zh: 年报, en: Yearly report}
    due: {zh: 年底, en: End of year}
    recurrence: yearly
    year: null
"""


def changed(*pairs: tuple[str, str]) -> str:
    """The good file with texts exchanged, each of which must occur."""
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def faults(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(PlanFileError) as caught:
        parse(text)
    return [(one.line, one.place, one.code) for one in caught.value.problems]


@pytest.fixture
def units(db) -> World:
    world = World()
    add_unit(world, "P", "province")
    add_unit(world, "C", "city", "P")
    add_unit(world, "A", "county", "C")
    settle(world)
    return world


def test_a_good_file_is_read_into_values():
    document = parse(GOOD)
    assert document.header.starts == Period.parse("2020Q1")
    assert [item.measure for item in document.indicators] == [
        "standards_built",
        "lots_passed",
        "small-2020.platform",
    ]
    assert str(document.indicators[0].targets[1].low) == "50.5"
    assert document.tasks[0].units == ("market", "finance")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  status: in_force\n", "", (1, "plan", "missing")),
        ("status: in_force", "status: on", (11, "plan.status", "type")),
        ("status: in_force", "status: running", (11, "plan.status", "enum")),
        ("starts: 2020Q1", "starts: 2020Q5", (7, "plan.starts", "pattern")),
        ('organisation: "900000"\n', "organisation: 900000\n", (5, "plan.organisation", "type")),
        ("issued_on: 2020-01-15", "issued_on: soon", (6, "plan.issued_on", "type")),
        ("issued_on: 2020-01-15", "issued_on: 2020-13-15", (6, "plan.issued_on", "scalar")),
        ("{zh: 小规划, en: Small plan}", "{zh: 小规划}", (3, "plan.title", "missing")),
        ("en: Small plan", 'en: ""', (3, "plan.title.en", "empty")),
        ("en: Small plan", f"en: {'x' * 301}", (3, "plan.title.en", "too_long")),
        ("kind: final", "kind: last", (14, "milestones[1].kind", "enum")),
        ("year: 2022, kind", "year: 22, kind", (13, "milestones[0].year", "out_of_range")),
        ("    decimals: 0\n", "    decimal: 0\n", (33, "measures[0].decimal", "unexpected")),
        ("low: 20}", "low: twenty}", (54, "indicators[0].targets[0].low", "type")),
        ("low: 20}", "low: true}", (54, "indicators[0].targets[0].low", "type")),
        ("low: 20}", "low: .inf}", (54, "indicators[0].targets[0].low", "scalar")),
        ("low: 20}", "low: 1.2345678}", (54, "indicators[0].targets[0].low", "decimals")),
        ("[county, owner]", "[county, county]", (51, "indicators[0].reported_by", "repeated_item")),
        ("[county, owner]", "[village]", (51, "indicators[0].reported_by[0]", "enum")),
        ("code: passed", "code: Pass_ed", (56, "indicators[1].code", "pattern")),
        ("supporting: [finance]", "supporting: finance", (77, "tasks[0].supporting", "type")),
        ("duties:", "duty:", (80, "duty", "unexpected")),
        # agreement
        ("year: 2022, kind", "year: 2025, kind", (14, "milestones[1].year", "repeated_code")),
        ("code: passed", "code: standards", (56, "indicators[1].code", "repeated_code")),
        ("ends: 2025Q4", "ends: 2024Q4", (8, "plan.ends", "ends_off_milestone")),
        ("starts: 2020Q1", "starts: 2026Q1", (8, "plan.ends", "ends_before_start")),
        ("parent: null", "parent: small-2020", (9, "plan.parent", "parent_circle")),
        ("category: goals", "category: goal", (48, "indicators[0].category", "unknown_category")),
        ("    measure: lots_passed\n", "", (56, "indicators[1]", "measure_missing")),
        ("measure: lots_passed", "measure: lots", (34, "measures[1].code", "measure_unused")),
        (
            "year: 2022, low",
            "year: 2023, low",
            (54, "indicators[0].targets[0].year", "unknown_year"),
        ),
        (
            "year: 2022, low",
            "year: 2025, low",
            (55, "indicators[0].targets[1].year", "repeated_code"),
        ),
        (", low: 20}", "}", (54, "indicators[0].targets[0]", "low_missing")),
        (", high: 95}", "}", (64, "indicators[1].targets[0]", "high_missing")),
        ("high: 95", "high: 85", (64, "indicators[1].targets[0].high", "range_upside_down")),
        (
            "comparator: range",
            "comparator: at_most",
            (64, "indicators[1].targets[0].high", "high_unexpected"),
        ),
        (
            "      - {year: 2025}",
            "      - {year: 2025, low: 1}",
            (71, "indicators[2].targets[0].low", "done_without_numbers"),
        ),
        ("year: 2019", "year: 2023", (52, "indicators[0].baseline.year", "baseline_too_late")),
        (
            "comparator: range",
            "comparator: range\n    basis: growth_percent",
            (62, "indicators[1].basis", "growth_needs_baseline"),
        ),
        ("roll_up: ratio", "roll_up: sum", (39, "measures[1].roll_up", "roll_up_misfit")),
        (
            "    numerator: {zh: 合格, en: Passed}\n",
            "",
            (34, "measures[1]", "ratio_needs_parts"),
        ),
        ("roll_up: sum", "roll_up: mean", (32, "measures[0].roll_up", "mean_needs_level")),
        (
            "roll_up: sum",
            "roll_up: sum\n    mean_level: county",
            (33, "measures[0].mean_level", "level_unexpected"),
        ),
        (
            "    decimals: 0",
            "    decimals: 0\n    numerator: {zh: 子, en: N}",
            (34, "measures[0].numerator", "parts_unexpected"),
        ),
        ("lead: market", "lead: markt", (76, "tasks[0].lead", "unknown_unit")),
        ("[finance]", "[market]", (77, "tasks[0].supporting[0]", "lead_supports")),
        ("platform]", "platforms]", (79, "tasks[0].indicators[1]", "unknown_indicator")),
        ("from: market", "from: police", (83, "duties[0].from", "unknown_unit")),
        ("recurrence: yearly", "recurrence: once", (81, "duties[0]", "once_needs_year")),
        ("    year: null", "    year: 2021", (88, "duties[0].year", "year_unexpected")),
    ],
)
def test_a_fault_is_told_with_its_line_and_place(old, new, expected):
    assert expected in faults(changed((old, new)))


def test_all_faults_are_told_at_once_in_the_order_of_lines():
    text = changed(
        ("status: in_force", "status: running"),
        ("category: goals", "category: goal"),
        ("from: market", "from: police"),
    )
    assert [code for _line, _place, code in faults(text)] == [
        "enum",
        "unknown_category",
        "unknown_unit",
    ]


def test_a_faulty_item_does_not_make_what_names_it_faulty():
    text = changed(("decimals: 0", "decimals: none"), ("code: finance,", "code: finance, x: 1,"))
    assert [code for _line, _place, code in faults(text)] == ["unexpected", "type"]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("plan: {", 1, "syntax"),
        ("plan:\n\tcode: x", 2, "syntax"),
        ("plan: &a {}\nboxes: *a", 1, "alias"),
        ("plan: {}\nplan: {}", 2, "repeated_key"),
        ("[" * 20 + "]" * 20, 1, "too_deep"),
        ("x" * 1_000_001, 1, "too_large"),
        ("", 1, "empty"),
        ("- plan", 1, "type"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text, line, code):
    assert (line, code) in [(at, which) for at, _place, which in faults(text)]


def test_a_file_in_another_encoding_is_refused_on_its_line():
    with pytest.raises(PlanFileError) as caught:
        decode("plan:\n  标题".encode("gb18030"))
    assert [(one.line, one.code) for one in caught.value.problems] == [(2, "not_text")]


def test_a_problem_is_one_sentence():
    with pytest.raises(PlanFileError) as caught, translation.override("en"):
        parse(changed(("starts: 2020Q1", "starts: 2020Q5")))
    with translation.override("en"):
        assert caught.value.lines("small.yaml")[0] == (
            "small.yaml:7: plan.starts: “2020Q5” has the wrong form: write it like 2020Q4."
        )


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
