import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from metroplan.supervisor import Child, Supervisor

PROGRAM = """
import sys
from metroplan.supervisor import Child, ChildFailed, Supervisor
children = [Child(str(n), [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[1:])]
def announce():
    print(*(child.process.pid for child in children), flush=True)
try:
    Supervisor(children).run(ready=lambda: True, announce=announce)
except ChildFailed as error:
    sys.exit(f"child {error} failed")
"""
SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def supervise() -> Iterator:
    started = []

    def start(*codes: str) -> subprocess.Popen:
        command = [sys.executable, "-c", PROGRAM, *codes]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def dies(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_takes_all_children_down(supervise, number):
    supervisor = supervise(SLEEP, SLEEP)
    children = [int(pid) for pid in supervisor.stdout.readline().split()]
    supervisor.send_signal(number)
    assert supervisor.wait(10) == 0
    assert not any(is_alive(pid) for pid in children)


def test_the_others_wait_until_the_first_is_ready(monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    asked = iter([False, False, True])
    children = [Child(name, [sys.executable, "-c", SLEEP]) for name in ("web", "worker")]
    supervisor = Supervisor(children)
    seen = []

    def ready() -> bool:
        seen.append([child.process is not None for child in children])
        return next(asked)

    def announce() -> None:
        seen.append([child.process is not None for child in children])
        supervisor.stopping = True

    supervisor.run(ready=ready, announce=announce)
    assert seen == [[True, False]] * 3 + [[True, True]]


def test_a_killed_child_is_started_again(supervise):
    supervisor = supervise(SLEEP)
    os.kill(int(supervisor.stdout.readline()), signal.SIGKILL)
    assert supervisor.stderr.readline() == "0 ended (-9); it is started again.\n"
    assert supervisor.poll() is None


def test_a_child_that_keeps_ending_stops_all(supervise):
    supervisor = supervise(SLEEP, "raise SystemExit(3)")
    healthy = int(supervisor.stdout.readline().split()[0])
    assert supervisor.wait(30) == 1
    assert supervisor.stderr.read().endswith("child 1 failed\n")
    assert not is_alive(healthy)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_children_do_not_outlive_a_killed_supervisor(supervise):
    supervisor = supervise(SLEEP)
    child = int(supervisor.stdout.readline())
    supervisor.kill()
    assert dies(child)


def test_a_child_that_ignores_the_stop_is_killed_with_its_own_children(supervise):
    stubborn = (
        "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "os.fork(); sys.stderr.write(f'{os.getpid()}\\n'); sys.stderr.flush(); time.sleep(60)"
    )
    supervisor = supervise(stubborn)
    supervisor.stdout.readline()
    pids = [int(supervisor.stderr.readline()) for _ in range(2)]
    supervisor.terminate()
    supervisor.terminate()
    assert supervisor.wait(20) == 0
    assert all(dies(pid) for pid in pids)
