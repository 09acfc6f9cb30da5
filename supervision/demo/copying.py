"""Many rows at once by PostgreSQL's COPY: several times as fast as inserts."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.utils import timezone

from metroplan.submissions.bulk.registry import copy_line


def reserved(model: type[Model], number: int) -> Iterator[int]:
    """So many keys of the model, so that what points to its rows can be written with them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return iter([pk for (pk,) in cursor.fetchall()])


def copy(model: type[Model], columns: Iterable[str], lines: list[str]) -> None:
    """Lines as `copy_line` makes them."""
    if not lines:
        return
    with connection.cursor() as cursor:
        names = ", ".join(map(connection.ops.quote_name, columns))
        statement = f"COPY {model._meta.db_table} ({names}) FROM STDIN"
        cursor.copy_expert(statement, io.StringIO("\n".join(lines) + "\n"))


def copy_rows(model: type[Model], rows: Iterable[Model]) -> None:
    """New rows of plain columns; they get their keys. What they point to is there already."""
    rows = list(rows)
    for row, pk in zip(rows, reserved(model, len(rows)), strict=True):
        row.pk = pk
    fields, now = model._meta.concrete_fields, timezone.now()
    lines = [copy_line(_value(row, field, now) for field in fields) for row in rows]
    copy(model, [field.column for field in fields], lines)


def _value(row: Model, field: Field, now: Any) -> Any:
    if getattr(field, "auto_now_add", False):
        return now
    value = getattr(row, field.attname)
    if value is None and field.is_relation and field.is_cached(row):
        # The row was made before what it points to had a key.
        related = field.get_cached_value(row)
        return related and related.pk
    return value
