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
        rows = [flat(row) for row in self.rows_of(data)]
        buffer = io.StringIO()
        buffer.write("\ufeff")
        if rows:
            writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), extrasaction="ignore")
            writer.writeheader()
            writer.writerows({key: cell(value) for key, value in row.items()} for row in rows)
        return buffer.getvalue()

    @staticmethod
    def rows_of(data: Any) -> list[dict]:
        if isinstance(data, dict):
            return data.get("results", [data])
        return list(data or [])


def flat(row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            result |= flat(value, f"{prefix}{key}.")
        else:
            result[f"{prefix}{key}"] = value
    return result


def cell(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return safe_text(value) if isinstance(value, str) else value
