"""The rows of a job in a table of its own: filled by COPY, compared in sets, dropped at the end.

A table of its own needs no index while it is filled, is read without a look at other jobs, and
goes at once. It is an ordinary, logged table: what a checkpoint counts survives a crash.
"""

import io
from collections.abc import Sequence

from django.db import connection

from metroplan.submissions.bulk.registry import BulkKind
from metroplan.submissions.models import BulkImport


def table_of(job: BulkImport) -> str:
    return f"submissions_bulk_rows_{job.pk}"


def create(table: str, kind: BulkKind, *, temporary: bool = False) -> None:
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in kind.table.items())
    sort = "TEMP TABLE" if temporary else "TABLE"
    end = "ON COMMIT DROP" if temporary else ""
    execute(f"CREATE {sort} IF NOT EXISTS {table} ({columns}) {end}")


def fill(table: str, kind: BulkKind, lines: Sequence[str]) -> None:
    if not lines:
        return
    text = io.StringIO("\n".join(lines) + "\n")
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(kind.table)}) FROM STDIN", text)


def may_be_lost() -> None:
    """This transaction need not wait for the disk: after a crash of the server it is in or it is
    not, whole, and then the job goes on from the checkpoint before it."""
    execute("SET LOCAL synchronous_commit = off")


def analyse(table: str) -> None:
    execute(f"ANALYZE {table}")


def drop(table: str) -> None:
    execute(f"DROP TABLE IF EXISTS {table}")


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
