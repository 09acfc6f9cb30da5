"""Tables as files."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from metroplan.common.text import plain_number, safe_text

BYTE_ORDER_MARK = "\ufeff"


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """UTF-8 with the mark Excel looks for; no text cell starts a formula, nothing is None."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    csv.writer(buffer).writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def csv_response(content: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain_number(value)
    return safe_text(value) if isinstance(value, str) else value
