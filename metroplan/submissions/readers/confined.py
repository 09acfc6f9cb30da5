"""Workbooks read in a child with little memory and time, whatever they ask for."""

import datetime
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from metroplan.submissions.readers.limits import MAX_TEXT, refuse, refuse_cells

CHILD = Path(__file__).with_name("child.py")
MEMORY = 384 * 1024 * 1024
SECONDS = 7
TIMEOUT = 8
PASSWORD, TOO_MUCH = 2, 4

Cells = list[tuple[int, Any]]
Rows = list[tuple[int, Cells]]


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """`height` and `width` up to its last filled cell; positions in `rows` count from 0."""

    name: str
    hidden: bool
    height: int
    width: int
    rows: Rows


def read_confined(content: bytes) -> list[ReadSheet]:
    """The filled cells of every sheet. Raises FileProblem for what the child cannot read."""
    found = json.loads(_run(content), object_hook=_of_parts)
    return [ReadSheet(*sheet) for sheet in found]


def _run(content: bytes) -> bytes:
    area = settings.UPLOAD_MAX_ROWS * settings.UPLOAD_MAX_COLUMNS
    limits = map(str, (MEMORY, SECONDS, area, settings.UPLOAD_MAX_CELLS, MAX_TEXT))
    command = [sys.executable, "-I", str(CHILD), *limits]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        refuse("file.not_a_workbook")
    if done.returncode == PASSWORD:
        refuse("file.encrypted")
    if done.returncode == TOO_MUCH:
        refuse_cells()
    if done.returncode:
        refuse("file.not_a_workbook")
    return done.stdout


def _of_parts(parts: dict[str, Any]) -> object:
    """The days, times and durations that the child could not write as JSON."""
    ((kind, value),) = parts.items()
    if kind == "timedelta":
        return datetime.timedelta(*value)
    return getattr(datetime, kind).fromisoformat(value)
