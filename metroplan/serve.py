"""`make run`: services, data, then web server, worker and beat under one process.

`python -m metroplan.serve`; the address is HOST and PORT, 127.0.0.1 and 8000 when not given.
"""

import errno
import os
import shutil
import signal
import socket
import sys
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from metroplan import embedded, env
from metroplan.machine import EmbeddedError
from metroplan.supervisor import STOP_SIGNALS, Child, ChildFailed, Supervisor

# Demonstrations do run as root in a container; docs/operations.md has the account for real use.
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
LEAST_FREE_BYTES = 500 * 1024 * 1024


class Refusal(RuntimeError):
    """A start that cannot be made; the message is one sentence in Chinese, one in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


def check_port(host: str, port: int) -> None:
    """Raises Refusal where the address is taken or not one of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError as error:
            raise Refusal(
                f"端口 {port} 无效：PORT 应为 1 到 65535 之间的整数。",
                f"There is no port {port}: give PORT a number from 1 to 65535.",
            ) from error
        except OSError as error:
            raise _port_refusal(host, port, error) from error


def _port_refusal(host: str, port: int, error: OSError) -> Refusal:
    if error.errno == errno.EADDRINUSE:
        return Refusal(
            f"端口 {port} 已被占用：请停止占用它的程序，或换端口，如 make run PORT={port + 1}。",
            f"Port {port} is taken: stop the program that uses it, or choose another, "
            f"for example make run PORT={port + 1}.",
        )
    return Refusal(
        f"无法使用地址 {host}:{port}（{error.strerror}）：请检查 HOST 和 PORT。",
        f"The address {host}:{port} cannot be used ({error.strerror}): check HOST and PORT.",
    )


def check_space(var: Path) -> None:
    """Raises Refusal where less than 500 MB are free for the data."""
    var.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(var).free
    if free < LEAST_FREE_BYTES:
        megabytes = free // 1024 // 1024
        raise Refusal(
            f"磁盘空间不足：{var} 所在磁盘只剩 {megabytes} MB，至少需要 500 MB，请清理后再启动。",
            f"The disk is full: {megabytes} MB are free for {var} and 500 MB are needed; "
            "make room and start again.",
        )


def children(host: str, port: int) -> list[Child]:
    python = [sys.executable, "-m"]
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = ["gunicorn", "metroplan.wsgi", "--bind", address, "--workers", "2", "--threads", "4"]
    # Loaded once for both workers, before the port is open: who gets through gets an answer.
    web += ["--preload", "--graceful-timeout", "5", "--log-level", "warning"]
    web += ["--no-control-socket"]
    celery = ["celery", "--app", "metroplan", "--quiet"]
    worker = ["worker", "--concurrency", "2", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle"]
    beat = ["beat", "--loglevel", "WARNING", "--pidfile="]
    return [
        Child("web server", [*python, *web]),
        Child("worker", [sys.executable, "-W", ROOT_WARNING, "-m", *celery, *worker]),
        Child("beat", [*python, *celery, *beat]),
    ]


def answers(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        socket.create_connection((reachable, port), timeout=1).close()
    except OSError:
        return False
    return True


def announce(host: str, port: int, demo: bool) -> None:
    shown = f"[{host}]" if ":" in host else host
    if demo:
        call_command("list_demo_accounts")
    sys.stdout.write(f"\nhttp://{shown}:{port}/  已就绪，按 Ctrl-C 停止 / ready, Ctrl-C stops.\n")
    sys.stdout.flush()


def serve() -> None:
    """Run the site until it is asked to stop."""
    host, port = env.text("HOST", "127.0.0.1"), env.integer("PORT", 8000)
    from django.conf import settings

    for number in STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)
    check_port(host, port)
    check_space(settings.VAR_DIR)
    with embedded.lease(settings.VAR_DIR):
        django.setup()
        # It reads the list of installed apps, which stands only after setup.
        from metroplan.preparation import prepare

        prepare()
        Supervisor(children(host, port)).run(
            ready=lambda: answers(host, port),
            announce=lambda: announce(host, port, settings.DEMO),
        )


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metroplan.settings")
    try:
        serve()
    except (Refusal, EmbeddedError, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except ChildFailed as error:
        sys.stderr.write(
            f"{error} 反复退出，已全部停止；原因见上面的输出。\n"
            f"The {error} keeps ending, so everything was stopped: its reason stands above.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
