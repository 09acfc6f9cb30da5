"""What stands between an empty database and a running site; each step is done once per content.

A stamp in var/stamps remembers the content a step was done for and the database it was done in.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import localdate

from metroplan.common.periods import newest_closed

FIXTURES = settings.BASE_DIR / "fixtures"
STEPS = {
    "static": ("Collecting static files", "整理静态文件"),
    "reference": ("Loading units and measures", "载入行政区划和数据项"),
    "plans": ("Loading the plans", "载入规划"),
    "demo": ("Loading demonstration figures, about a minute", "载入演示数据，约一分钟"),
}


def prepare() -> None:
    """Bring database and static files to where this version needs them; quick when they are."""
    _once("static", digest(_static_files()), _collect_static)
    if _migrations_wait():
        _say("Preparing the database", "准备数据库")
        call_command("migrate", interactive=False, verbosity=0)
    database = _database_identity()
    reference = digest(files("reference"), database)
    _once("reference", reference, lambda: call_command("load_reference"))
    plans = digest(files("plans"), reference)
    _once("plans", plans, _load_plans)
    if settings.DEMO:
        demo = digest(files("demo"), plans, str(newest_closed(localdate())))
        _once("demo", demo, lambda: call_command("load_demo"))


def digest(paths: Iterable[Path], *more: str) -> str:
    """One word for the names and contents of files."""
    whole = hashlib.sha256("\n".join(more).encode())
    for path in sorted(paths):
        whole.update(f"\n{path}\n".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def files(name: str) -> list[Path]:
    return [path for path in (FIXTURES / name).rglob("*") if path.is_file()]


def _once(name: str, content: str, step: Callable[[], object]) -> None:
    stamp = settings.VAR_DIR / "stamps" / name
    if stamp.exists() and stamp.read_text(encoding="ascii") == content:
        return
    _say(*STEPS[name])
    step()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(content, encoding="ascii")


def _say(english: str, chinese: str) -> None:
    sys.stdout.write(f"{chinese} / {english} …\n")
    sys.stdout.flush()


def _load_plans() -> None:
    call_command("load_plan", *sorted(str(path) for path in (FIXTURES / "plans").glob("*.yaml")))


def _collect_static() -> None:
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def _static_files() -> list[Path]:
    return [
        Path(storage.path(path)) for finder in get_finders() for path, storage in finder.list([])
    ]


def _migrations_wait() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _database_identity() -> str:
    """Differs between two databases, and after one was dropped and made again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier::text || '-' || oid::text FROM pg_control_system(), "
            "pg_database WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]
