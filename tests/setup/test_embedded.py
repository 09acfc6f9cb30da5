import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
import redis

from metroplan import embedded
from tests.setup.places import fresh_var

UP = {"postgres": True, "redis": True}
DOWN = {"postgres": False, "redis": False}


def pids(var: Path) -> list[int]:
    files = [var / "postgres" / "postmaster.pid", var / "redis" / "redis.pid"]
    return [int(file.read_bytes().split()[0]) for file in files]


def rows(var: Path, sql: str) -> list[tuple]:
    entry = embedded.database(var)
    connection = psycopg2.connect(dbname=entry["NAME"], user=entry["USER"], host=entry["HOST"])
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchall() if cursor.description else []
    connection.close()
    return found


@pytest.fixture(scope="module")
def running() -> Iterator[Path]:
    """Services for tests that only look at them."""
    with pytest.MonkeyPatch.context() as patch, fresh_var(patch) as path:
        embedded.ensure_running(path)
        yield path


def queue(var: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=embedded.redis_url(var).removeprefix("redis+socket://"))


def test_sockets_lie_in_var(var):
    assert embedded.socket_dir(var) == var / "run"


@pytest.mark.parametrize("name", ["x" * 90, "数据", "with space", "a#b"])
def test_a_long_or_odd_path_falls_back_to_a_short_one(var, name):
    path = embedded.socket_dir(var / name)
    assert path == embedded.socket_dir(var / name)
    assert path != embedded.socket_dir(var / f"{name}2")
    assert len(str(path / ".s.PGSQL.5432")) <= embedded.LONGEST_SOCKET
    assert embedded.PLAIN_PATH.fullmatch(str(path))


def test_the_secret_is_made_once_and_closed_to_others(var):
    secret = embedded.development_secret(var)
    assert len(secret) >= 50
    assert embedded.development_secret(var) == secret
    assert stat.S_IMODE((var / "secret").stat().st_mode) == 0o600


def test_addresses_start_nothing(var):
    embedded.database(var), embedded.redis_url(var)
    assert not var.exists()
    assert embedded.status(var) == DOWN


def test_a_service_with_an_address_is_not_started(var, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/metroplan")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    assert embedded.wanted() == []
    embedded.ensure_running(var)
    assert embedded.status(var) == DOWN


def test_starting_twice_leaves_the_same_servers(running):
    before = pids(running)
    embedded.ensure_running(running)
    assert embedded.status(running) == UP
    assert pids(running) == before


def test_several_may_start_at_once(var):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(embedded.ensure_running, [var] * 4))
    assert embedded.status(var) == UP


def test_killed_servers_start_again_with_their_data(var, monkeypatch):
    monkeypatch.setenv("METROPLAN_TEST", "False")
    embedded.ensure_running(var)
    rows(var, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    queue(var).set("kept", 7)
    embedded.stop(var)
    embedded.ensure_running(var)
    for pid in pids(var):
        os.kill(pid, signal.SIGKILL)
    embedded.ensure_running(var)
    assert rows(var, "SELECT n FROM kept") == [(7,)]
    assert queue(var).get("kept") == b"7"


def test_a_pid_file_of_another_process_is_not_believed(var):
    embedded.ensure_running(var)
    embedded.stop(var)
    text = f"{os.getpid()}\n{var / 'postgres'}\n0\n5432\n{var / 'run'}\n\n0 0\nready\n"
    (var / "postgres" / "postmaster.pid").write_text(text)
    (var / "redis" / "redis.pid").write_text(f"{os.getpid()}\n")
    embedded.ensure_running(var)
    assert embedded.status(var) == UP


def test_deleted_sockets_are_made_again(var):
    embedded.ensure_running(var)
    for name in (".s.PGSQL.5432", "redis.sock"):
        (embedded.socket_dir(var) / name).unlink()
    embedded.ensure_running(var)
    assert embedded.status(var) == UP


def test_text_sorts_by_code_point(running):
    found = rows(
        running, "SELECT n FROM (VALUES ('县'), ('b'), ('A'), ('市'), ('a')) AS t(n) ORDER BY n"
    )
    assert [name for (name,) in found] == sorted(["县", "b", "A", "市", "a"])


def test_nothing_listens_on_a_port(running):
    assert rows(running, "SHOW listen_addresses") == [("",)]
    assert queue(running).config_get("port") == {"port": "0"}


def test_the_last_lease_stops_the_services(var):
    with embedded.lease(var):
        with embedded.lease(var):
            assert embedded.status(var) == UP
        assert embedded.status(var) == UP
    assert embedded.status(var) == DOWN


def test_services_started_by_hand_outlive_a_lease(var):
    def run(action: str) -> str:
        command = [sys.executable, "-m", "metroplan.embedded", action]
        environment = os.environ | {"METROPLAN_VAR": str(var)}
        return subprocess.run(command, env=environment, capture_output=True, text=True).stdout

    assert run("start") == "postgres: up\nredis: up\n"
    with embedded.lease(var):
        pass
    assert run("status") == "postgres: up\nredis: up\n"
    assert run("stop") == "postgres: down\nredis: down\n"
