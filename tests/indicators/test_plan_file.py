"""Reading plan files: every fault is told with its line and place."""

import pytest
from django.utils import translation

from indicators.plan_file import PlanFileError, decode, parse
from metroplan.common.periods import Period
from tests.indicators.plan_text import GOOD, changed


def faults(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(PlanFileError) as caught:
        parse(text)
    return [(one.line, one.place, one.code) for one in caught.value.problems]


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
