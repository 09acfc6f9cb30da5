"""Every awkward file of tests/files with the exact issues, or the exact figures, it must give."""

import pytest

from metroplan.submissions.wording import MESSAGES, describe
from tests.submissions import corpus_hostile
from tests.submissions.corpus import FILES, clean, figures, issues
from tests.submissions.corpus_hostile import GOOD

NA = "not_applicable"

ISSUES = {
    "bad_encoding.csv": ["file.encoding"],
    "binary_workbook.xlsb": ["file.binary_workbook"],
    "blank_lines.csv": ["file.empty"],
    "broken_xml.xlsx": ["file.not_a_workbook"],
    "code_missing.xlsx": ["measure.not_named@B6"],
    "control_characters.csv": ["file.not_a_workbook"],
    "date_for_ratio.xlsx": ["figure.is_a_date@E7"],
    "decimal_comma.xlsx": ["figure.not_a_number@D6"],
    "denominator_missing.xlsx": ["figure.denominator_missing@F7"],
    "denominator_zero.xlsx": ["figure.denominator_zero@F7"],
    "doubled_column.xlsx": ["column.doubled@H4"],
    "doubled_measure.xlsx": ["measure.doubled@A6"],
    "empty.xlsx": ["file.empty"],
    "empty_file.xlsx": ["file.empty"],
    "encrypted.xlsx": ["file.encrypted"],
    "far_cell.xls": ["file.too_many_rows"],
    "far_cell.xlsx": ["file.too_many_rows"],
    "formula_error.xlsx": ["figure.formula_without_value@D5"],
    "formula_without_value.xlsx": [
        "figure.formula_without_value@D5",
        "figure.formula_without_value@E7",
    ],
    "fraction_for_count.xlsx": ["figure.not_whole@D5"],
    "garbled.xlsx": ["file.not_a_workbook"],
    "line_breaks.csv": ["figure.not_a_number@D2", "figure.not_a_number@D4"],
    "long_note.xlsx": ["figure.note_too_long@G5"],
    "lying_size.xlsx": ["file.not_a_workbook"],
    "many_digits.xlsx": ["figure.too_large@D5"],
    "missing_column.xlsx": ["column.missing@4"],
    "negative.xlsx": ["figure.negative@D5", "figure.negative@E7"],
    "no_header.xlsx": ["file.header_not_found"],
    "not_a_workbook.xlsx": ["file.not_a_workbook"],
    "not_yes_or_no.xlsx": ["figure.not_yes_or_no@D8"],
    "nothing_filled_in.xlsx": ["file.nothing_in_it"],
    "number_where_not_used.xlsx": ["figure.cell_not_used@E5", "figure.partly_not_applicable@F8"],
    "numerator_missing.xlsx": ["figure.numerator_missing@E7"],
    "other_zip.xlsx": ["file.not_a_workbook"],
    "part_over_whole.xlsx": ["figure.part_over_whole@E7"],
    "partly_not_applicable.xlsx": ["figure.partly_not_applicable@E7"],
    "path_names.xlsx": ["file.unsafe_package"],
    "percent_cell_for_count.xlsx": ["figure.percent_for_count@D5"],
    "percent_over_100.xlsx": ["figure.percent_over_100@D7"],
    "percent_without_parts.xlsx": ["figure.parts_missing@D7"],
    "rows_moved.xlsx": ["measure.name_differs@B5", "measure.unit_differs@C5"],
    "text_for_number.xlsx": [
        "figure.not_a_number@D5",
        "figure.not_a_number@D6",
        "figure.not_a_number@E7",
    ],
    "truncated.xlsx": ["file.not_a_workbook"],
    "two_copies.xlsx": [f"measure.doubled@A{row}" for row in (5, 6, 7, 8)],
    "unit_changed.xlsx": ["measure.unit_differs@C6"],
    "unknown_column.xlsx": ["column.unknown@H4"],
    "unknown_measure.xlsx": ["measure.unknown@A6"],
    "value_disagrees.xlsx": ["figure.value_disagrees@D7"],
    "web_page.xls": ["file.not_a_workbook"],
    "word_document.xls": ["file.not_a_workbook"],
    "xml_entities.xlsx": ["file.unsafe_xml"],
    "zip_bomb.xlsx": ["file.unpacked_too_large"],
} | corpus_hostile.ISSUES

FIGURES = {
    "code_blank_name_there.xlsx": GOOD,
    "english.xlsx": GOOD,
    "footer.xlsx": GOOD,
    "formula_as_note.xlsx": GOOD,
    "full_width.xlsx": GOOD,
    "gb18030.csv": GOOD,
    "good.ods": GOOD,
    "good.xlsx": GOOD,
    "headings_decorated.xlsx": GOOD,
    "hidden_copy.xlsx": GOOD,
    "hidden_rows.xlsx": GOOD,
    "leading_blank_columns.xlsx": GOOD,
    "leading_blank_rows.xlsx": GOOD,
    "legacy.xls": GOOD,
    "merged_header.xlsx": GOOD,
    "merged_title.xlsx": GOOD,
    "not_applicable.xlsx": dict.fromkeys(GOOD, NA),
    "numbers_as_text.xlsx": GOOD,
    "one_blank.xlsx": {key: GOOD[key] for key in ("standards", "pass_rate", "platform")},
    "other_prefix.xlsx": GOOD,
    "percent_cell.xlsx": GOOD,
    "percent_in_quotes.xlsx": GOOD,
    "renamed.csv": GOOD,
    "renamed.xlsx": GOOD,
    "semicolons.csv": GOOD,
    "several_sheets.xlsx": GOOD,
    "stray_format.xlsx": GOOD,
    "tabs.tsv": GOOD,
    "thousands.csv": {"standards": "1234", "pass_rate": "19/20"},
    "thousands.xlsx": GOOD
    | {"standards": "1234", "investment": "1234567.5", "pass_rate": "1234/1235"},
    "utf16.csv": GOOD,
    "utf8.csv": GOOD,
    "utf8_bom.csv": GOOD,
    "value_agrees_rounded.xlsx": GOOD,
    "wan_and_yi.xlsx": GOOD
    | {"standards": "15000", "investment": "2000", "pass_rate": "19000/20000"},
    "with_units.xlsx": GOOD,
    "zero.xlsx": {"standards": "0", "investment": "0", "pass_rate": "0/20", "platform": "0"},
} | corpus_hostile.FIGURES

# These differ in the signed slip alone: test_manifest.py.
SIGNED = {
    "forged_manifest.xlsx",
    "good_template.xlsx",
    "other_unit.xlsx",
    "outdated_template.xlsx",
    "wrong_form.xlsx",
    "wrong_quarter.xlsx",
}


@pytest.mark.parametrize(("name", "expected"), ISSUES.items(), ids=ISSUES)
def test_a_faulty_file_gives_exactly_its_issues(name, expected):
    assert issues(name) == expected


@pytest.mark.parametrize(("name", "expected"), FIGURES.items(), ids=FIGURES)
def test_a_file_as_people_write_it_gives_its_figures(name, expected):
    assert issues(name) == []
    assert figures(name) == expected


def test_every_file_of_the_corpus_is_tested():
    kept = {path.name for path in FILES.iterdir() if path.suffix not in {".py", ""}}
    assert kept == ISSUES.keys() | FIGURES.keys() | SIGNED


@pytest.mark.parametrize("name", ISSUES)
def test_every_issue_can_be_worded_without_a_gap(name):
    for issue in clean(name).issues:
        assert "{" not in describe(issue)
        assert "“”" not in describe(issue)
        assert issue.code in MESSAGES


def test_a_confirmed_zero_is_told_from_a_value():
    states = {row.key: row.state for row in clean("zero.xlsx").rows}
    assert states == {
        "standards": "zero",
        "investment": "zero",
        "pass_rate": "zero",
        "platform": "value",
    }


def test_a_figure_knows_the_cells_it_came_from():
    rows = {row.key: row for row in clean("leading_blank_rows.xlsx").rows}
    assert rows["standards"].cells == {"value": "D25"}
    assert rows["pass_rate"].cells == {"numerator": "E27", "denominator": "F27"}
    assert rows["pass_rate"].sheet == "填报表"
    assert rows["pass_rate"].raw == {"numerator": "19", "denominator": "20"}


def test_cells_are_named_right_where_the_sheet_begins_with_blank_columns():
    rows = {row.key: row for row in clean("leading_blank_columns.xlsx").rows}
    assert rows["standards"].cells == {"value": "F5"}


def test_a_merged_header_counts_its_two_rows():
    rows = {row.key: row for row in clean("merged_header.xlsx").rows}
    assert rows["pass_rate"].cells == {"numerator": "E7", "denominator": "F7"}
