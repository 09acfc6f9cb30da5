"""The sentence behind every issue code: what is wrong, where, and what to do."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from metroplan.submissions.models import StagedRow

MESSAGES = {
    "file.empty": _("The file is empty: choose the filled-in template."),
    "file.too_large": _(
        "The file is larger than {limit_mb} MB: remove pictures and other sheets, then send it "
        "again."
    ),
    "file.unpacked_too_large": _(
        "The workbook unpacks to more than {limit_mb} MB: copy the figures into a fresh template."
    ),
    "file.too_many_sheets": _(
        "The workbook has {count} sheets, {limit} are allowed: delete those that are not needed."
    ),
    "file.too_many_rows": _(
        "The sheet holds something as far down as row {row}, {limit} rows are allowed: delete the "
        "rows below the figures."
    ),
    "file.too_many_columns": _(
        "The sheet has more than {limit} columns: delete the columns right of the figures."
    ),
    "file.too_many_cells": _(
        "The file has more than {limit} cells in use: delete the sheets, rows and columns that are "
        "not needed."
    ),
    "file.too_much_text": _(
        "The file holds more text than a form can: delete the long texts and the sheets that are "
        "not needed."
    ),
    "file.not_a_workbook": _(
        "The file is damaged or is not an Excel, ODS or CSV file: open it in Excel, save it as "
        ".xlsx and upload that."
    ),
    "file.binary_workbook": _(
        "A binary workbook (.xlsb) cannot be read: save it as .xlsx and upload that."
    ),
    "file.encrypted": _(
        "The file is protected by a password: remove the password in Excel, save and upload it "
        "again."
    ),
    "file.encoding": _(
        "The characters of the file cannot be read: save it as CSV in UTF-8 or GB18030."
    ),
    "file.unsafe_package": _(
        "The workbook's inner structure is not one that Excel writes: copy the figures into a "
        "fresh template."
    ),
    "file.unsafe_xml": _(
        "The workbook contains declarations that no Excel file has: copy the figures into a fresh "
        "template."
    ),
    "file.wrong_form": _(
        "This is the template of the form “{found}”, expected is “{expected}”: download the "
        "template here and fill in that one."
    ),
    "file.other_unit": _(
        "This template was made for unit {found}, not for {expected}: upload it there, or download "
        "the template of this unit."
    ),
    "file.wrong_period": _(
        "This template was made for {found}, not for {expected}: upload it for its own quarter, or "
        "download the template of this quarter."
    ),
    "file.outdated_template": _(
        "This template is an older version: download it again and copy the figures into it."
    ),
    "file.joint_template": _(
        "This workbook is for several units: upload it where it was downloaded, under “Fill in for "
        "units below”."
    ),
    "file.single_template": _(
        "This is the template of unit {found} alone: upload it on that unit's form, or download "
        "the workbook for several units here."
    ),
    "file.units_not_named": _(
        "No row with the headings Unit code and the figures was found: keep the heading row of the "
        "workbook."
    ),
    "file.unit_not_asked": _(
        "“{value}” in {place} is none of the units whose form is open here: delete its rows or "
        "correct the code."
    ),
    "file.form_changed": _(
        "The form asks for other measures now than when this template was made: download it again "
        "and copy the figures into it."
    ),
    "file.manifest_forged": _(
        "The template's hidden sheet was altered: download the template again and copy the figures "
        "into it."
    ),
    "file.header_not_found": _(
        "No row with the headings Code and Value, or Numerator and Denominator, was found: keep "
        "the heading row of the template."
    ),
    "file.nothing_in_it": _(
        "No figure is filled in: fill in at least one line, 0 for zero, / where it does not apply."
    ),
    "column.unknown": _(
        "The heading “{header}” in {place} is none of the template's: delete the column or restore "
        "its heading."
    ),
    "column.doubled": _(
        "The column “{header}” in {place} was there before, in column {first}: delete one of the "
        "two."
    ),
    "column.missing": _(
        "The column “{header}” is missing from the heading row {row}: restore it from the template."
    ),
    "measure.unknown": _(
        "“{value}” in {place} is no measure of this form: restore the code from the template or "
        "delete the row."
    ),
    "measure.not_named": _(
        "Row {row} has a figure but neither code nor measure: restore the code from the template."
    ),
    "measure.doubled": _(
        "“{value}” in {place} was already in row {first}: keep one of the two rows."
    ),
    "measure.name_differs": _(
        "“{value}” in {place} is not the name of this code's measure, which is “{expected}”: "
        "the rows may have been moved; check them and restore the name."
    ),
    "measure.unit_differs": _(
        "The unit “{value}” in {place} is not the one asked for, which is “{expected}”: convert "
        "the figure and restore the unit."
    ),
    "figure.not_a_number": _(
        "“{value}” in {place} is not a number: write digits, or / where the line does not apply."
    ),
    "figure.is_a_date": _(
        "{place} holds a date or a time ({value}): Excel made it of something like 3/10; set the "
        "cell's format to General and write the number again."
    ),
    "figure.not_yes_or_no": _("“{value}” in {place} is neither yes nor no: write yes, no or /."),
    "figure.negative": _("“{value}” in {place} is below zero: write a number that is 0 or more."),
    "figure.too_large": _(
        "“{value}” in {place} is too large to be true: check the number and its unit."
    ),
    "figure.not_whole": _(
        "“{value}” in {place} is not a whole number, as things that are counted are: correct it."
    ),
    "figure.percent_for_count": _(
        "{place} holds a percentage ({value}) where a number is counted: write the number itself."
    ),
    "figure.percent_over_100": _(
        "“{value}” in {place} is over 100 %, but a part cannot be more than its whole: correct it."
    ),
    "figure.part_over_whole": _(
        "The numerator {value} in {place} is larger than the denominator {whole}: correct one of "
        "them."
    ),
    "figure.parts_missing": _(
        "{place} gives a percentage ({value}) without its parts: fill in numerator and "
        "denominator in row {row}."
    ),
    "figure.numerator_missing": _(
        "The numerator is missing in {place}: fill it in, 0 if there are none."
    ),
    "figure.denominator_missing": _("The denominator is missing in {place}: fill it in."),
    "figure.denominator_zero": _(
        "The denominator in {place} is 0: write / in this row if there is nothing to count."
    ),
    "figure.value_disagrees": _(
        "“{value}” in {place} is not numerator over denominator, which gives {expected} %: correct "
        "one of the three or leave the value blank."
    ),
    "figure.formula_without_value": _(
        "The formula in {place} has no result: open the file in Excel so that it is "
        "calculated, save it, or write the number."
    ),
    "figure.partly_not_applicable": _(
        "“{value}” in {place} says not applicable, but other cells of row {row} are filled in: "
        "make all of them numbers or all of them /."
    ),
    "figure.cell_not_used": _(
        "{place} is not used for this measure: clear it and write the figure under Value."
    ),
    "figure.counted": _(
        "“{value}” in {place} is not what the register counts, which is {counted}: nobody reports "
        "this line; leave it as it is and have the register corrected."
    ),
    "figure.line_closed": _(
        "“{value}” in {place} changes a line that is not open for correction: restore the approved "
        "figure or leave the line blank; to change it too, ask for its correction."
    ),
    "figure.note_too_long": _("The note in {place} is longer than {limit} characters: shorten it."),
    "figure.below_last": _(
        "{value} in {place} is less than the {last} of {period}, though this measure counts up: "
        "correct it, or explain why it fell."
    ),
    "figure.outlier_history": _(
        "{value} in {place} is far from this unit's last {quarters} figures, which lead one to "
        "expect {low} to {high}: correct it, or explain what happened."
    ),
    "figure.outlier_peers": _(
        "{value} in {place} is far from {units} units of the same level, by which one would expect "
        "{low} to {high} here: correct it, or explain what is special."
    ),
    "figure.out_of_range": _(
        "{value} in {place} lies outside what is usual for this measure ({usual}): correct it, or "
        "explain why it is right."
    ),
    "figure.parts_differ": _(
        "{value} in {place} is not the sum of its parts, which is {sum} ({parts}): correct the "
        "total or a part, or explain the difference."
    ),
    "figure.quarter_alone": _(
        "{value} in {place} is about what one quarter adds ({usual}), but {last} stood in "
        "{period}: report the total reached, not the quarter's growth, or explain the fall."
    ),
    "figure.register_differs": _(
        "{value} in {place} is not what the register counts at the quarter's end, which is "
        "{registered}: correct the figure or the register, or explain the difference."
    ),
    "figure.undone": _(
        "No in {place} takes back what was reported as done in {period}: correct it, or explain "
        "what happened."
    ),
    "figure.unit_slip": _(
        "{value} in {place} is about {factor} times the usual {usual} of this unit: check the "
        "unit of measure and the decimal point; correct the figure, or explain it."
    ),
    "figure.year_to_date": _(
        "{value} in {place} looks like the year so far: {since} to {until} make {sum}, and one "
        "quarter is usually about {usual}. Report this quarter alone, or explain the rise."
    ),
    "import.columns_missing": _(
        "The heading row {row} lacks the columns {columns}: name them as the documentation does."
    ),
    "import.unknown_unit": _(
        "“{value}” in {place} is no unit: write its code as in the list of units, such as 450103."
    ),
    "import.unit_not_alive": _(
        "Unit {value} in {place} did not exist at the end of {period}: name the unit it came from "
        "or became."
    ),
    "import.unknown_measure": _(
        "“{value}” in {place} is no measure: write its code as in the list of measures."
    ),
    "import.not_a_quarter": _("“{value}” in {place} is not a quarter: write it like 2024Q3."),
    "import.quarter_not_over": _(
        "{value} in {place} is not over yet: the newest quarter with figures is {newest}."
    ),
    "import.unknown_state": _(
        "“{value}” in {place} is no state: write value, zero or not_applicable, or leave it blank."
    ),
    "import.state_disagrees": _(
        "The state “{value}” in {place} does not fit the figure beside it: correct one of the two "
        "or leave the state blank."
    ),
    "import.not_your_unit": _(
        "Unit {value} in {place} is neither yours nor below yours: delete the line, or let that "
        "unit's own bureau send it."
    ),
    "import.not_asked": _(
        "No form asks unit {unit} for “{value}” in the quarters of {lines} lines, the first in "
        "{place}: they are kept, but count for no plan; check unit, measure and quarter."
    ),
    "import.unusual_left": _(
        "{count} more figures look as unusual as those listed and are not listed themselves: look "
        "through the file for them before it is taken over."
    ),
    "import.counted": _(
        "“{value}” in {place} is counted from the register in {period} and not reported: delete "
        "the line; what is wrong is corrected in the register."
    ),
    "import.doubled": _(
        "“{value}” in {place} was already in row {first}: keep one of the two lines."
    ),
}

PARTS = {
    "value": _("Value"),
    "numerator": _("Numerator"),
    "denominator": _("Denominator"),
    "note": _("Note"),
}


_registered: dict[str, Promise] = {}


def register(sentences: Mapping[str, Promise]) -> None:
    """For the issues of higher apps, in `AppConfig.ready`. Raises ValueError for a known code."""
    if taken := (MESSAGES.keys() | _registered.keys()) & sentences.keys():
        raise ValueError(f"issues are worded twice: {sorted(taken)}")
    _registered.update(sentences)


class IssueLike(Protocol):
    """An Issue of the pipeline or a stored RowIssue."""

    code: str
    sheet: str
    row: int
    column: str
    params: dict[str, Any]


def describe(issue: IssueLike) -> str:
    """The issue as one sentence in the language that is active now."""
    values = defaultdict(str, issue.params)
    values |= {"place": place(issue), "row": issue.params.get("row", issue.row)}
    text = MESSAGES.get(issue.code) or _registered[issue.code]
    sentence = str(text).format_map(values)
    return sentence[:1].upper() + sentence[1:]


def place(issue: IssueLike) -> str:
    """The cell as Excel names it, the field of a form, or the row where neither is known."""
    if not issue.column and "part" in issue.params:
        return field_words(issue.row, issue.params["part"])
    if not issue.column:
        return pgettext("place in a sheet", "row {row}").format(row=issue.row)
    return pgettext("place in a sheet", "cell {cell}").format(cell=f"{issue.column}{issue.row}")


def part_word(part: str) -> str:
    """A part of a line in general; a ratio's own parts have names of their own."""
    return str(PARTS[part])


def field_words(row: int, part: str) -> str:
    """The field that a figure was typed into, or that a program named."""
    sentence = pgettext("place in a form", "line {row}, {part}")
    return sentence.format(row=row, part=part_word(part))


def source_words(row: StagedRow) -> str:
    """The cells a figure came from, or the line it was typed into."""
    cells = [cell for cell in row.cells.values() if cell]
    line = pgettext("place in a form", "line {row}").format(row=row.row)
    return ", ".join(cells) if cells else line
