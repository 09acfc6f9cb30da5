"""One table as a file: CSV or a plain workbook, the same rows in both."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from xlsxwriter import Workbook

from metroplan.common.files import csv_text
from metroplan.common.text import plain_number, safe_text

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
# Rows are written as they come and not held; texts are never taken for formulas or addresses.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}
WIDEST, NARROWEST = 40, 8
# A workbook keeps fifteen digits of a number.
DIGITS = 15

Row = Sequence[Any]


def table_file(fmt: str, rows: Iterable[Row], *, sheet: str = "", fixed: int = 0) -> bytes:
    """`rows` as `csv` or `xlsx`; the first are the headings. `sheet` names the workbook's, whose
    first `fixed` columns stay in sight."""
    if fmt == "csv":
        return csv_text(rows).encode()
    return _workbook(rows, sheet, fixed)


def file_response(content: bytes, name: str, fmt: str) -> HttpResponse:
    """To be saved as `name`; whoever may not ask for it is not to find it in a cache."""
    response = HttpResponse(content, content_type=TYPES[fmt])
    response["Content-Disposition"] = f'attachment; filename="{name}.{fmt}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _workbook(rows: Iterable[Row], sheet: str, fixed: int) -> bytes:
    out = io.BytesIO()
    with Workbook(out, OPTIONS) as workbook:
        page = workbook.add_worksheet(sheet[:31] or None)
        bold = workbook.add_format({"bold": True})
        page.freeze_panes(1, fixed)
        for number, row in enumerate(rows):
            if not number:
                _set_widths(page, row)
            for column, value in enumerate(row):
                _write(page, number, column, value, None if number else bold)
    return out.getvalue()


def _set_widths(page: Any, headings: Row) -> None:
    for column, heading in enumerate(headings):
        width = min(max(2 * len(str(heading)) + 2, NARROWEST), WIDEST)
        page.set_column(column, column, width)


def _write(page: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        page.write_datetime(row, column, value)
    elif isinstance(value, Decimal) and len(value.as_tuple().digits) > DIGITS:
        page.write_string(row, column, plain_number(value))
    elif isinstance(value, int | float | Decimal):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, safe_text(str(value)), style)
