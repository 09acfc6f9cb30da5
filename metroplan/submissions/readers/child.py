"""Reads an xls in a process of its own: `python -I child.py MEMORY SECONDS CELLS < FILE > JSON`.

Run by path, alone, with python-calamine only. An xls names cells anywhere in 65,536 x 256 and
calamine lays each sheet out in full, so a small file can ask for any amount of memory; here the
system says no. Prints [[name, hidden, height, width, [[cell, ...], ...]], ...], without the rows of
a sheet of more than CELLS; a cell that JSON lacks is {"date": ...}. Ends with 2 for a password, 3
for a file that cannot be read.
"""

import datetime
import io
import json
import resource
import sys

from python_calamine import CalamineError, PasswordError, SheetVisibleEnum, load_workbook

PASSWORD, UNREADABLE = 2, 3


def main() -> int:
    memory, seconds, cells = map(int, sys.argv[1:])
    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        sheets = [*_sheets(content, cells)]
    except PasswordError:
        return PASSWORD
    except (CalamineError, MemoryError):
        return UNREADABLE
    json.dump(sheets, sys.stdout, default=_date)
    return 0


def _sheets(content: bytes, cells: int):
    workbook = load_workbook(io.BytesIO(content))
    for meta in workbook.sheets_metadata:
        sheet = workbook.get_sheet_by_name(meta.name)
        height, width = sheet.total_height, sheet.total_width
        hidden = meta.visible != SheetVisibleEnum.Visible
        yield [meta.name, hidden, height, width, _rows(sheet) if height * width <= cells else []]


def _rows(sheet) -> list[list]:
    left = [None] * (sheet.start[1] if sheet.start else 0)
    return [left + [cell if cell != "" else None for cell in row] for row in sheet.iter_rows()]


def _date(value: object) -> dict[str, str]:
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return {"date": str(value)}
    raise TypeError(type(value))


if __name__ == "__main__":
    sys.exit(main())
