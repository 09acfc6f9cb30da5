"""Computes everything into new tables beside those in use, and puts them in their place at the end.

Pages read the old results until the new ones are whole; nothing is deleted row by row, and the
indexes are built once, over what is there.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from indicators.engine.tables import STORED, Tables

NEXT = "_next"
SORT_MEMORY = "256MB"

INDEXES = """
    SELECT i.relname, pg_get_indexdef(x.indexrelid), x.indisprimary
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
     WHERE x.indrelid = %s::regclass ORDER BY x.indisprimary DESC, i.relname
"""


@contextmanager
def replaced_tables() -> Iterator[Tables]:
    """Empty tables to fill; when the block ends well they take the place of the stored ones."""
    names = (STORED.rollup, STORED.progress)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{SORT_MEMORY}'")
        for name in names:
            cursor.execute(
                f"CREATE TABLE {name}{NEXT} (LIKE {name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
            )
    yield Tables(rollup=names[0] + NEXT, progress=names[1] + NEXT, fresh=True)
    settle(names[1] + NEXT)
    for name in names:
        _put_in_place(name)


def settle(table: str) -> None:
    """Give a table that was just filled its indexes, if it lacks them, and its statistics."""
    with connection.cursor() as cursor:
        if table.endswith(NEXT) and not _indexes(table):
            for index, definition, _ in _indexes(table.removesuffix(NEXT)):
                made = definition.replace(f"INDEX {index} ON", f"INDEX {index}{NEXT} ON", 1)
                name = table.removesuffix(NEXT)
                cursor.execute(made.replace(f".{name} ", f".{table} ", 1))
        cursor.execute(f"ANALYZE {table}")


def _indexes(table: str) -> list[tuple[str, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [table])
        return cursor.fetchall()


def _put_in_place(name: str) -> None:
    indexes = _indexes(name)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")
        cursor.execute(f"ALTER TABLE {name}{NEXT} RENAME TO {name}")
        for index, _, primary in indexes:
            if primary:
                cursor.execute(
                    f"ALTER TABLE {name} ADD CONSTRAINT {index} "
                    f"PRIMARY KEY USING INDEX {index}{NEXT}"
                )
            else:
                cursor.execute(f"ALTER INDEX {index}{NEXT} RENAME TO {index}")
