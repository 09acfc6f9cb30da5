"""Lists as CSV, for spreadsheets: `?format=csv`."""

import csv
import io
from typing import Any

from rest_framework.renderers import BaseRenderer
from rest_framework.serializers import Serializer

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
        writer = csv.DictWriter(buffer, fieldnames=columns(rows, headings(context)))
        writer.writeheader()
        for row in rows:
            writer.writerow({key: cell(row[key]) for key in writer.fieldnames if key in row})
        name_file(context)
        return buffer.getvalue()


def rows_of(data: Any) -> list[dict]:
    if isinstance(data, dict):
        return data.get("results", [data])
    return list(data or [])


def headings(context: dict | None) -> list[str]:
    """Those of the list's fields, the nested ones too, whether a row has something there or not."""
    fields = context["view"].get_serializer().fields if context else {}
    return [
        f"{name}.{inner}" if inner else name
        for name, field in fields.items()
        for inner in (field.fields if isinstance(field, Serializer) else [""])
    ]


def columns(rows: list[dict[str, Any]], expected: list[str]) -> list[str]:
    """In the order of the rows' fields; a nested field that is empty in a row has no own column."""
    names = list(dict.fromkeys([*expected, *(name for row in rows for name in row)]))
    nested = {name.rpartition(".")[0] for name in names}
    return [name for name in names if name not in nested]


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
