"""Reads an xls in a process of its own: `python -I child.py LIMITS < FILE > JSON`.

Run by path, alone, with python-calamine only. An xls names cells anywhere in 65,536 x 256 and
calamine lays each sheet out in full, so a small file can ask for any amount of memory; here the
system says no. LIMITS are bytes of memory, seconds, the area of one sheet, filled cells and
characters in all. Prints [[name, hidden, height, width, [[cell, ...], ...]], ...], without the rows
of a sheet that is too large; a cell that JSON lacks is {"date": ...}. Ends with 2 for a password, 3
for a file that cannot be read, 4 for more cells or text than allowed.
"""

import datetime
import io
import json
import resource
import sys

from python_calamine import CalamineError, PasswordError, SheetVisibleEnum, load_workbook

PASSWORD, UNREADABLE, TOO_MUCH = 2, 3, 4


class TooMuch(Exception):
    """More filled cells or more text than a file may have."""


def main() -> int:
    memory, seconds, area, cells, text = map(int, sys.argv[1:])
    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        sheets = [*_sheets(content, area)]
        _check(sheets, cells, text)
    except PasswordError:
        return PASSWORD
    except TooMuch:
        return TOO_MUCH
    except (CalamineError, MemoryError, OverflowError, ValueError):
        return UNREADABLE
    json.dump(sheets, sys.stdout, default=_date)
    return 0


def _check(sheets: list, cells: int, text: int) -> None:
    for *_, rows in sheets:
        for row in rows:
            filled = [cell for cell in row if cell is not None]
            cells -= len(filled)
            text -= sum(len(cell) for cell in filled if isinstance(cell, str))
        if cells < 0 or text < 0:
            raise TooMuch


def _sheets(content: bytes, area: int):
    workbook = load_workbook(io.BytesIO(content))
    for meta in workbook.sheets_metadata:
        sheet = workbook.get_sheet_by_name(meta.name)
        height, width = sheet.total_height, sheet.total_width
        hidden = meta.visible != SheetVisibleEnum.Visible
        yield [meta.name, hidden, height, width, _rows(sheet) if height * width <= area else []]


def _rows(sheet) -> list[list]:
    left = [None] * (sheet.start[1] if sheet.start else 0)
    return [left + [cell if cell != "" else None for cell in row] for row in sheet.iter_rows()]


def _date(value: object) -> dict[str, str]:
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return {"date": str(value)}
    raise TypeError(type(value))


if __name__ == "__main__":
    sys.exit(main())
