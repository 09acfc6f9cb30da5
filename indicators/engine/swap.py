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


NOT_NULL = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull AND NOT attisdropped
"""
CHECKS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid = %s::regclass AND contype = 'c'
"""


@contextmanager
def replaced_tables() -> Iterator[Tables]:
    """Tables to fill; when the block ends well they take the place of the stored ones."""
    names = (STORED.rollup, STORED.progress)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{SORT_MEMORY}'")
        # Of a whole country's rows nothing is met twice, and sorting them costs more than hashing.
        cursor.execute("SET LOCAL enable_memoize = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
        cursor.execute(
            f"CREATE TABLE {names[1]}{NEXT} "
            f"(LIKE {names[1]} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
    yield Tables(rollup=names[0] + NEXT, progress=names[1] + NEXT, fresh=True, unmade=True)
    _settle(names[1])
    for name in names:
        _put_in_place(name)


def settle_roll_ups(tables: Tables) -> None:
    """Give a table of roll-ups that was just made what the stored one has."""
    if tables.unmade:
        _constrain(STORED.rollup)
        _index(STORED.rollup)


def _settle(name: str) -> None:
    _index(name)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {name}{NEXT}")


def _constrain(name: str) -> None:
    """The same constraints as the stored table's, in one pass over the rows."""
    with connection.cursor() as cursor:
        cursor.execute(NOT_NULL, [name])
        parts = [f"ALTER COLUMN {column} SET NOT NULL" for (column,) in cursor.fetchall()]
        cursor.execute(CHECKS, [name])
        parts += [f"ADD CONSTRAINT {check} {rule}" for check, rule in cursor.fetchall()]
        cursor.execute(f"ALTER TABLE {name}{NEXT} {', '.join(parts)}")


def _index(name: str) -> None:
    with connection.cursor() as cursor:
        for index, definition, _ in _indexes(name):
            made = definition.replace(f"INDEX {index} ON", f"INDEX {index}{NEXT} ON", 1)
            cursor.execute(made.replace(f".{name} ", f".{name}{NEXT} ", 1))


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
