"""Lists as CSV, for spreadsheets: `?format=csv`."""

import csv
import io
from typing import Any

from rest_framework.renderers import BaseRenderer

from metroplan.common.text import safe_text


class CsvRenderer(BaseRenderer):
    """The rows of one page of a list, nested fields as `parent.child`; no cell starts a formula."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, media_type: str | None = None, context: dict | None = None) -> str:
        rows = [flat(row) for row in rows_of(data)]
        buffer = io.StringIO()
        buffer.write("\ufeff")
        writer = csv.DictWriter(buffer, fieldnames=list(rows[0]) if rows else headings(context))
        writer.writeheader()
        writer.writerows({key: cell(value) for key, value in row.items()} for row in rows)
        name_file(context)
        return buffer.getvalue()


def rows_of(data: Any) -> list[dict]:
    if isinstance(data, dict):
        return data.get("results", [data])
    return list(data or [])


def headings(context: dict | None) -> list[str]:
    """Those of a list without rows."""
    return list(context["view"].get_serializer().fields) if context else []


def name_file(context: dict | None) -> None:
    if context and hasattr(context["view"], "basename"):
        name = f'attachment; filename="{context["view"].basename}.csv"'
        context["response"]["Content-Disposition"] = name


def flat(row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            result |= flat(value, f"{prefix}{key}.")
        else:
            result[f"{prefix}{key}"] = value
    return result


def cell(value: Any) -> Any:
    """Of several values, all in one cell; of nested rows, their first fields, which are codes."""
    if isinstance(value, list):
        plain = (next(iter(item.values())) if isinstance(item, dict) else item for item in value)
        value = "; ".join(map(str, plain))
    return safe_text(value) if isinstance(value, str) else value
