"""Reads a workbook in a process of its own: `python -I child.py LIMITS < FILE > JSON`.

Run by path, alone, with python-calamine only. calamine lays each sheet out in full, between its
first and its last cell, so a small file can ask for any amount of memory, and what it does not get
ends the process; here that process is nobody else's. LIMITS are bytes of memory, seconds, the area
of one sheet, filled cells and characters in all. Prints
[[name, hidden, height, width, [[row, [[column, cell], ...]], ...]], ...] with positions from 0 and
without the rows of a sheet that is too large; a cell that JSON lacks is {type: parts}. Ends with 2
for a password, 3 for a file that cannot be read, 4 for more cells or text than allowed.
"""

import datetime
import io
import json
import resource
import sys

from python_calamine import (
    CalamineError,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

PASSWORD, UNREADABLE, TOO_MUCH = 2, 3, 4


class TooMuch(Exception):
    """More filled cells or more text than a file may have."""


def main() -> int:
    memory, seconds, area, cells, text = map(int, sys.argv[1:])
    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sheets = [*_sheets(content, area, cells, text)]
    except PasswordError:
        return PASSWORD
    except TooMuch:
        return TOO_MUCH
    except (CalamineError, MemoryError, OverflowError, ValueError):
        return UNREADABLE
    json.dump(sheets, sys.stdout, default=_parts)
    return 0


def _sheets(content: bytes, area: int, cells: int, text: int):
    workbook = load_workbook(io.BytesIO(content))
    for meta in workbook.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
        hidden = meta.visible != SheetVisibleEnum.Visible
        rows = [*_rows(sheet)] if height * width <= area else []
        cells -= sum(len(filled) for _, filled in rows)
        text -= sum(len(cell) for _, row in rows for _, cell in row if isinstance(cell, str))
        if cells < 0 or text < 0:
            raise TooMuch
        yield [meta.name, hidden, height, width, rows]


def _rows(sheet):
    left = sheet.start[1] if sheet.start else 0
    for number, row in enumerate(sheet.iter_rows()):
        filled = [[column, cell] for column, cell in enumerate(row, left) if cell not in ("", None)]
        if filled:
            yield [number, filled]


def _parts(value: object) -> dict[str, list[int] | str]:
    if isinstance(value, datetime.timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, datetime.date | datetime.time):
        return {type(value).__name__: value.isoformat()}
    raise TypeError(type(value))


if __name__ == "__main__":
    sys.exit(main())
