"""One line at a time, without a file: what a form in the browser or the API hands over."""

from decimal import Decimal

import pytest

from indicators.figures import Line, MeasureSpec, clean_line
from indicators.models import Kind
from metroplan.submissions.readers.cells import cell_of
from metroplan.submissions.types import CleanRow, RawCell

COLUMNS = {"value": 3, "numerator": 4, "denominator": 5, "note": 6}
COUNT = MeasureSpec("m", ("甲", "A"), ("项", "items"), "count", 0)
DECIMAL = MeasureSpec("m", ("甲", "A"), ("万元", "yuan"), "count", 2)
GROWTH = MeasureSpec("m", ("甲", "A"), ("%", "%"), "count", 1)
RATIO = MeasureSpec("m", ("甲", "A"), ("%", "%"), "ratio", 1)
YES_NO = MeasureSpec("m", ("甲", "A"), ("", ""), "yes_no", 0)


def line(*values: object) -> Line:
    cells = {
        part: value if isinstance(value, RawCell) else cell_of(value)
        for part, value in zip(COLUMNS, values, strict=False)
        if value is not None
    }
    return Line("填报表", 7, cells, COLUMNS)


def codes(spec: MeasureSpec, *values: object) -> list[tuple[str, str]]:
    result = clean_line(spec, line(*values))
    assert isinstance(result, list)
    return [(issue.code.removeprefix("figure."), issue.column) for issue in result]


def row(spec: MeasureSpec, *values: object) -> CleanRow:
    result = clean_line(spec, line(*values))
    assert isinstance(result, CleanRow)
    return result


def test_a_blank_line_is_not_reported():
    assert clean_line(COUNT, line()) is None
    assert clean_line(RATIO, line(" ", "\u3000", None)) is None


def test_a_note_alone_reports_nothing():
    assert clean_line(COUNT, line(None, None, None, "下季度补报")) is None


@pytest.mark.parametrize(
    ("spec", "value", "number", "state"),
    [
        (COUNT, 12.0, "12", "value"),
        (COUNT, 0, "0", "zero"),
        (COUNT, "０", "0", "zero"),
        (DECIMAL, 0.1 + 0.2, "0.3", "value"),
        (DECIMAL, 1 / 3, "0.333333", "value"),
        (GROWTH, "12.5%", "12.5", "value"),
        (GROWTH, cell_of(1.125, percent=True), "112.5", "value"),
        (YES_NO, "是", "1", "value"),
        (YES_NO, "未完成", "0", "value"),
        (YES_NO, True, "1", "value"),
        (YES_NO, 0, "0", "value"),
    ],
)
def test_a_figure_in_the_value_cell(spec, value, number, state):
    clean = row(spec, value)
    assert (clean.value, clean.state) == (Decimal(number), state)
    assert clean.cells == {"value": "D7"}


@pytest.mark.parametrize("spec", [COUNT, DECIMAL, YES_NO])
def test_a_slash_says_not_applicable(spec):
    clean = row(spec, "／")
    assert (clean.state, clean.value) == ("not_applicable", None)


@pytest.mark.parametrize("values", [("/",), (None, "/", "/"), ("—", "—", "—"), (None, "无")])
def test_a_ratio_that_does_not_apply_needs_no_parts(values):
    clean = row(RATIO, *values)
    assert (clean.state, clean.numerator, clean.denominator) == ("not_applicable", None, None)


@pytest.mark.parametrize("value", [None, 95, "95%", "95.0％", 0.95, cell_of(0.95, percent=True)])
def test_a_ratio_keeps_its_parts_and_only_compares_the_percentage(value):
    clean = row(RATIO, value, 19, 20)
    assert (clean.value, clean.numerator, clean.denominator) == (None, Decimal(19), Decimal(20))


@pytest.mark.parametrize("value", [33, "33.3", 33.3333333333333, "33.33%"])
def test_a_percentage_may_be_rounded(value):
    assert row(RATIO, value, 1, 3).denominator == 3


def test_a_ratio_of_nothing_out_of_some_is_a_zero():
    assert row(RATIO, None, 0, 20).state == "zero"


@pytest.mark.parametrize(
    ("spec", "values", "expected"),
    [
        (COUNT, ("九十",), [("not_a_number", "D")]),
        (COUNT, (True,), [("not_a_number", "D")]),
        (COUNT, (-1,), [("negative", "D")]),
        (COUNT, (0.5,), [("not_whole", "D")]),
        (COUNT, ("12%",), [("percent_for_count", "D")]),
        (COUNT, (1e15,), [("too_large", "D")]),
        (COUNT, (float("inf"),), [("not_a_number", "D")]),
        (COUNT, (None, 1), [("cell_not_used", "E")]),
        (COUNT, (RawCell("", None, formula_without_value=True),), [("formula_without_value", "D")]),
        (YES_NO, ("在建",), [("not_yes_or_no", "D")]),
        (YES_NO, (2,), [("not_yes_or_no", "D")]),
        (RATIO, (95,), [("parts_missing", "D")]),
        (RATIO, (120,), [("parts_missing", "D"), ("percent_over_100", "D")]),
        (RATIO, (None, 19), [("denominator_missing", "F")]),
        (RATIO, (None, None, 20), [("numerator_missing", "E")]),
        (RATIO, (None, 0, 0), [("denominator_zero", "F")]),
        (RATIO, (None, 21, 20), [("part_over_whole", "E")]),
        (RATIO, (105, 21, 20), [("part_over_whole", "E"), ("percent_over_100", "D")]),
        (RATIO, (90, 19, 20), [("value_disagrees", "D")]),
        (RATIO, (None, "19%", 20), [("percent_for_count", "E")]),
        (RATIO, (None, "/", 20), [("partly_not_applicable", "E")]),
        (RATIO, ("x", "y", -1), [("not_a_number", "D"), ("not_a_number", "E"), ("negative", "F")]),
        (COUNT, ("x", None, None, "长" * 501), [("note_too_long", "G"), ("not_a_number", "D")]),
    ],
)
def test_every_fault_of_a_line_is_told_with_its_column(spec, values, expected):
    assert codes(spec, *values) == expected


def test_the_expected_percentage_is_told():
    issues = clean_line(RATIO, line(90, 19, 20))
    assert issues[0].params == {"value": "90", "expected": "95.0"}


def test_the_kinds_of_measures_are_those_of_the_model():
    assert {spec.kind for spec in (COUNT, RATIO, YES_NO)} == set(Kind.values)
