"""PostgreSQL and Redis for a machine that has neither: real servers from two wheels, kept in var/.

Both listen on a unix socket only. DATABASE_URL and REDIS_URL replace them, each its own; then
nothing is started in its place. Command line: `python -m metroplan.embedded start|stop|status`.
"""

import fcntl
import hashlib
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from metroplan import embedded_postgres, embedded_redis, env
from metroplan.machine import EmbeddedError

SERVICES = {"postgres": embedded_postgres, "redis": embedded_redis}
REPLACED_BY = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}

# The kernel takes 107 bytes (103 on macOS) for the whole path of a socket.
LONGEST_SOCKET = 100
# Anything else would need quoting in a connection string or a broker address.
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")


def development_secret(var: Path) -> str:
    """The secret key of this development machine, made at the first call (var/secret, mode 600)."""
    path = Path(var) / "secret"
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".secret-") as file:
        file.write(secrets.token_urlsafe(50))
        file.flush()
        # A link, not a rename: of two that start together, the first one's secret stays.
        with suppress(FileExistsError):
            os.link(file.name, path)
    return path.read_text(encoding="ascii")


def database(var: Path) -> dict[str, object]:
    """The Django DATABASES entry of the embedded PostgreSQL; starts nothing."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": embedded_postgres.NAME,
        "USER": embedded_postgres.NAME,
        "PASSWORD": "",
        "HOST": str(socket_dir(var)),
        "PORT": str(embedded_postgres.PORT),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def redis_url(var: Path) -> str:
    """The address of the embedded Redis as Celery writes it; redis-py wants unix:// instead."""
    return f"redis+socket://{socket_dir(var) / embedded_redis.SOCKET}"


def socket_dir(var: Path) -> Path:
    """var/run, or a short directory under the temporary one where that path is too long or odd.

    The short one is the same for the same var and user, and differs between two projects.
    """
    var = Path(var).resolve()
    path = var / "run"
    longest = len(os.fsencode(path / embedded_postgres.SOCKET))
    if longest <= LONGEST_SOCKET and PLAIN_PATH.fullmatch(str(path)):
        return path
    digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return _short_temporary() / f"metroplan-{os.getuid()}-{digest}"


def _short_temporary() -> Path:
    path = Path(tempfile.gettempdir()).resolve()
    return path if len(str(path)) < 50 and PLAIN_PATH.fullmatch(str(path)) else Path("/tmp")


def wanted() -> list[str]:
    """The services that no address in the environment replaces."""
    return [service for service, name in REPLACED_BY.items() if not env.secret(name)]


def ensure_running(var: Path) -> None:
    """Start what is wanted and not up; quick when all is up, safe when several call at once.

    Raises EmbeddedError where a service cannot be started.
    """
    var = Path(var).resolve()
    if not _missing(var):
        return
    with _locked(var):
        for service in _missing(var):
            SERVICES[service].start(var, socket_dir(var))


def stop(var: Path) -> None:
    """Stop both services, whoever started them; one that is not running is left alone."""
    var = Path(var).resolve()
    _keep_mark(var).unlink(missing_ok=True)
    with _locked(var):
        for service in SERVICES.values():
            service.stop(var, socket_dir(var))


def status(var: Path) -> dict[str, bool]:
    """Which service answers on its socket."""
    var = Path(var).resolve()
    return {name: service.is_up(var, socket_dir(var)) for name, service in SERVICES.items()}


@contextmanager
def lease(var: Path) -> Iterator[None]:
    """Services run inside the block; the last process to leave stops them.

    Each holder keeps a shared lock, which the kernel lets go when a process dies, however it dies.
    Services started by hand (`python -m metroplan.embedded start`) run on.
    """
    var = Path(var).resolve()
    var.mkdir(parents=True, exist_ok=True)
    with (var / "lease").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            ensure_running(var)
            yield
        finally:
            if not _keep_mark(var).exists():
                with suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    stop(var)


def _missing(var: Path) -> list[str]:
    return [name for name in wanted() if not SERVICES[name].is_up(var, socket_dir(var))]


def _keep_mark(var: Path) -> Path:
    return var / "keep"


@contextmanager
def _locked(var: Path) -> Iterator[None]:
    var.mkdir(parents=True, exist_ok=True)
    with (var / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start_by_hand(var: Path) -> None:
    ensure_running(var)
    _keep_mark(var).touch()


def main(arguments: list[str]) -> int:
    actions = {"start": _start_by_hand, "stop": stop, "status": status}
    if len(arguments) != 1 or arguments[0] not in actions:
        sys.stderr.write("python -m metroplan.embedded start|stop|status\n")
        return 2
    var = Path(env.text("METROPLAN_VAR") or Path(__file__).resolve().parent.parent / "var")
    try:
        actions[arguments[0]](var)
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for service, up in status(var).items():
        sys.stdout.write(f"{service}: {'up' if up else 'down'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
