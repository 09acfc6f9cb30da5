"""What the embedded services ask of the machine: accounts, processes, directories, packages."""

import importlib.util
import os
import pwd
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

START_SECONDS = 60
START_TRIES = 3


class EmbeddedError(RuntimeError):
    """A service cannot be had; the message says why and what to do, in Chinese, then English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


def account(data: Path) -> pwd.struct_passwd:
    """Who PostgreSQL runs as. It refuses root, which therefore lends it an ordinary account.

    The owner of existing data stays; new data go to `postgres` where the machine has it.
    """
    if os.geteuid() != 0:
        return _own_account()
    with suppress(FileNotFoundError, KeyError):
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedError(
        "数据库不能以 root 身份运行，而本机没有 postgres 或 nobody 账户；请改用普通用户运行。",
        "PostgreSQL refuses root and this machine has no account postgres or nobody: "
        "run as an ordinary user.",
    )


def _own_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise EmbeddedError(
            f"当前用户编号 {os.geteuid()} 没有对应的账户，数据库无法启动；请用有名称的账户运行。",
            f"User number {os.geteuid()} has no account, which PostgreSQL needs: run as a named "
            "account.",
        ) from error


def run_as(
    owner: pwd.struct_passwd, command: list[object], **options: object
) -> subprocess.CompletedProcess:
    """Run a program of the database as its account, away from this terminal's signals."""
    if owner.pw_uid != os.geteuid():
        options |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    return subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        env=os.environ | {"LC_ALL": "C"},
        check=False,
        **options,
    )


def give(path: Path, owner: pwd.struct_passwd, mode: int) -> None:
    if owner.pw_uid != os.geteuid():
        os.chown(path, owner.pw_uid, owner.pw_gid)
    path.chmod(mode)


def private_directory(path: Path, owner: pwd.struct_passwd) -> None:
    """Make a directory that nobody but its owner enters; refuse one that somebody else made."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_symlink() or path.stat().st_uid not in (os.geteuid(), owner.pw_uid):
        raise EmbeddedError(
            f"目录 {path} 属于其他用户；请删除它，或用 METROPLAN_VAR 指定较短的数据目录。",
            f"{path} belongs to somebody else: delete it, or set METROPLAN_VAR to a shorter path.",
        )
    give(path, owner, 0o700)


def open_the_way(owner: pwd.struct_passwd, *paths: Path) -> None:
    """Let the lent account pass through the directories above each path, and no more than pass."""
    if owner.pw_uid == os.geteuid():
        return
    for directory in {parent for path in paths for parent in path.parents}:
        if directory.exists() and not directory.stat().st_mode & 0o001:
            directory.chmod(directory.stat().st_mode | 0o001)


def package(name: str) -> Path:
    """Where an installed package lies; it is not imported."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(
            f"缺少 Python 包 {name}；请先运行 make setup，或设置 DATABASE_URL 和 REDIS_URL。",
            f"The Python package {name} is missing: run make setup, or set DATABASE_URL and "
            "REDIS_URL.",
        )
    return Path(found.submodule_search_locations[0]).resolve()


def process_in(pid_file: Path, word: str) -> int | None:
    """The pid in the file, if that process lives and its command line holds the word.

    The word matters because the pid of a killed server may belong to any other process by now.
    """
    try:
        pid = int(pid_file.read_bytes().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return pid if _is_running(pid, word) else None


def _is_running(pid: int, word: str) -> bool:
    try:
        return word in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return not Path("/proc/self").exists() and _is_alive(pid)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def until(condition: Callable[[], object], seconds: float = START_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def launch(attempt: Callable[[], bool], name: str, log: Path) -> None:
    """Try until it starts; after kill -9, children of the old server linger for a moment."""
    for _ in range(START_TRIES):
        if attempt():
            return
        time.sleep(1)
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    tail = "\n".join(lines[-5:])
    raise EmbeddedError(
        f"{name} 无法启动，原因见 {log}。", f"{name} does not start: see {log}.\n{tail}"
    )
