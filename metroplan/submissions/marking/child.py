"""Marks a workbook in a process of its own: `python -I child.py MEMORY SECONDS < PLAN+FILE > XLSX`.

Run by path, alone, with openpyxl only: it lays a sheet out in full, so a strange file can ask for
any amount of memory and time; here the system says no. The first line of the input is JSON:
`sheet`, `marks_sheet`, `headings`, `widths`, `more` (a last line or "") and `issues`, each
[sheet, row, cell, texts, severity, note]; the workbook follows. Ends with 3 for a file that cannot
be marked. Macros do not come along.
"""

import copy
import io
import json
import resource
import sys

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

UNREADABLE = 3
AUTHOR = "metroplan"
COLOURS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}
LONGEST_NOTE = 8_000
LINE_HEIGHT, CHARS_A_LINE, NOTE_WIDTH = 20, 24, 340


def main() -> int:
    memory, seconds = map(int, sys.argv[1:])
    plan = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        marked = mark(content, plan)
    # Any failure means the same to the parent: this workbook has to be built anew.
    except Exception:
        return UNREADABLE
    sys.stdout.buffer.write(marked)
    return 0


def mark(content: bytes, plan: dict) -> bytes:
    book = load_workbook(io.BytesIO(content))
    restore(book, plan)
    cells = mark_cells(book, plan)
    write_issues(book, plan, cells)
    book.calculation.fullCalcOnLoad = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def restore(book, plan: dict) -> None:
    """Take off what an earlier marking put on, so that only what is wrong now is marked."""
    if plan["marks_sheet"] in book.sheetnames:
        kept = book[plan["marks_sheet"]]
        for sheet, place, note, look in kept.iter_rows(max_col=4):
            if sheet.value in book.sheetnames:
                cell = book[sheet.value][place.value]
                cell.fill = copy.copy(look.fill)
                cell.comment = Comment(note.value, AUTHOR) if note.value else None
        book.remove(kept)
    if plan["sheet"] in book.sheetnames:
        book.remove(book[plan["sheet"]])


def mark_cells(book, plan: dict) -> dict[int, str]:
    """Colours and notes; gives, by the issue's place in the list, the cell it was put on."""
    marks = book.create_sheet(plan["marks_sheet"])
    marks.sheet_state = "veryHidden"
    places: dict[int, str] = {}
    found: dict[tuple[str, str], list] = {}
    for number, (sheet, row, place, _texts, severity, note) in enumerate(plan["issues"]):
        cell = cell_of(book, sheet, row, place)
        if cell is not None:
            places[number] = cell.coordinate
            found.setdefault((sheet, cell.coordinate), []).append((severity, note))
    for (sheet, place), wrong in found.items():
        mark_cell(book[sheet][place], wrong, marks)
    return places


def cell_of(book, sheet: str, row: int, place: str):
    """The cell an issue is about: its own, the first filled one of its row, or none."""
    if not row or sheet not in book.sheetnames:
        return None
    page = book[sheet]
    if place:
        return whole_cell(page, page[place])
    return next((cell for cell in page[row] if cell.value is not None), page.cell(row, 1))


def whole_cell(page, cell):
    """Of a merged range only the first cell carries anything."""
    if not isinstance(cell, MergedCell):
        return cell
    around = next(area for area in page.merged_cells.ranges if cell.coordinate in area)
    return page.cell(around.min_row, around.min_col)


def mark_cell(cell, wrong: list, marks) -> None:
    before = cell.comment.text if cell.comment else None
    line = marks.max_row + 1
    for column, text in enumerate((cell.parent.title, cell.coordinate, before), start=1):
        marks.cell(line, column, text).data_type = "s"
    marks.cell(line, 4).fill = copy.copy(cell.fill)
    severity = "error" if any(kind == "error" for kind, _note in wrong) else "warning"
    cell.fill = PatternFill("solid", fgColor=COLOURS[severity])
    notes = [note for _severity, note in wrong] + ([before] if before else [])
    text = "\n".join(notes)[:LONGEST_NOTE]
    lines = 1 + sum(1 + len(part) // CHARS_A_LINE for part in text.split("\n"))
    cell.comment = Comment(text, AUTHOR, height=min(lines, 20) * LINE_HEIGHT, width=NOTE_WIDTH)


def write_issues(book, plan: dict, places: dict[int, str]) -> None:
    """The list of everything that is wrong, before all other sheets, with links to the cells."""
    page = book.create_sheet(plan["sheet"], 0)
    for column, (heading, width) in enumerate(zip(plan["headings"], plan["widths"], strict=True)):
        put(page, 1, column + 1, heading).font = Font(bold=True, color="FFFFFFFF")
        page.cell(1, column + 1).fill = PatternFill("solid", fgColor="FF1F4E79")
        page.column_dimensions[chr(65 + column)].width = width
    for number, (sheet, _row, _place, texts, severity, _note) in enumerate(plan["issues"]):
        for column, text in enumerate(texts):
            cell = put(page, number + 2, column + 1, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(number + 2, 4).fill = PatternFill("solid", fgColor=COLOURS[severity])
        if number in places:
            link(page.cell(number + 2, 2), sheet, places[number])
    page.auto_filter.ref = f"A1:{chr(64 + len(plan['headings']))}{len(plan['issues']) + 1}"
    if plan["more"]:
        put(page, len(plan["issues"]) + 2, 1, plan["more"])
    page.freeze_panes = "A2"
    page.sheet_view.zoomScale = 100
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is page
    book.active = 0


def put(page, row: int, column: int, text: object):
    """Always as text: what a file or a person said never becomes a formula."""
    cell = page.cell(row, column)
    cell.value = text
    if isinstance(text, str):
        cell.data_type = "s"
    return cell


def link(cell, sheet: str, place: str) -> None:
    target = "'{}'!{}".format(sheet.replace("'", "''"), place)
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target)
    cell.font = Font(color="FF0563C1", underline="single")


if __name__ == "__main__":
    sys.exit(main())
