"""The sentence behind every issue code: what is wrong, where, and what to do."""

from collections import defaultdict
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

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
    "figure.note_too_long": _("The note in {place} is longer than {limit} characters: shorten it."),
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
    "import.doubled": _(
        "“{value}” in {place} was already in row {first}: keep one of the two lines."
    ),
}


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
    sentence = str(MESSAGES[issue.code]).format_map(values)
    return sentence[:1].upper() + sentence[1:]


def place(issue: IssueLike) -> str:
    """The cell as Excel names it, or the row where no column is known."""
    if not issue.column:
        return pgettext("place in a sheet", "row {row}").format(row=issue.row)
    return pgettext("place in a sheet", "cell {cell}").format(cell=f"{issue.column}{issue.row}")
