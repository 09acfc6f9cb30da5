"""One process that keeps several running, and takes them all down when it is asked to stop."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Work that is cut off here is done again at the next start: every task can run twice.
STOP_SECONDS = 10
RESTARTS = 5
RESTARTS_WITHIN = 60.0
PR_SET_PDEATHSIG = 1
# Looked up here: between fork and exec a child had better import nothing.
LIBC = ctypes.CDLL(None)


class ChildFailed(RuntimeError):
    """A child ends again and again."""


@dataclass
class Child:
    """A program that is meant to run for as long as its supervisor."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    restarts: list[float] = field(default_factory=list)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
        self.process = subprocess.Popen(
            self.command,
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def restart_if_dead(self, now: float) -> None:
        """Start it again; raises ChildFailed after RESTARTS ends within RESTARTS_WITHIN seconds."""
        if self.process.poll() is None:
            return
        self.restarts = [then for then in self.restarts if now - then < RESTARTS_WITHIN]
        if len(self.restarts) >= RESTARTS:
            raise ChildFailed(self.name)
        self.restarts.append(now)
        sys.stderr.write(f"{self.name} ended ({self.process.returncode}); it is started again.\n")
        self.start()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Runs its children until SIGINT, SIGTERM or SIGHUP. Made in the main thread."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False
        for number in STOP_SIGNALS:
            signal.signal(number, self._ask_to_stop)

    def run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Start all, announce once ready, watch; whatever happens, no child outlives this.

        The first starts alone, and the others when it is ready: side by side they would keep the
        user waiting for what only the first one gives.
        """
        first, *others = self.children
        try:
            first.start()
            announced = False
            while not self.stopping:
                if not announced and ready():
                    for child in others:
                        child.start()
                    announce()
                    announced = True
                self._watch()
                time.sleep(0.1)
        finally:
            self._stop_children()

    def _watch(self) -> None:
        for child in self.children:
            if child.process:
                child.restart_if_dead(time.monotonic())

    def _ask_to_stop(self, *_: object) -> None:
        if self.stopping:
            self._signal(signal.SIGKILL)
        self.stopping = True

    def _stop_children(self) -> None:
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.is_running() for child in self.children) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._signal(signal.SIGKILL)
        for child in self.children:
            if child.process:
                child.process.wait()

    def _signal(self, number: int) -> None:
        for child in self.children:
            if child.is_running():
                _send(child.process, number)


def _send(process: subprocess.Popen, number: int) -> None:
    if number == signal.SIGKILL:
        # Its own children too, which it cannot end any more.
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)


def _die_with_parent() -> None:
    """Linux ends the child when its supervisor is killed; elsewhere it is left to the user."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
