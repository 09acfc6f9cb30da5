"""Fills in the real template of a form, as a clerk would."""

import csv
import io
import re
import zipfile
from html import escape

from indicators.columns import COLUMNS, PARTS
from indicators.demo.generator import Answer
from indicators.models import Kind
from indicators.sheets import FigureSheet
from metroplan.submissions.models import FigureState
from metroplan.submissions.readers import read_file
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import Format, SheetContext

PLACES = {column.key: index for index, column in enumerate(COLUMNS)}
YES, NO, NOT_APPLICABLE = "是", "否", "/"
FIRST_SHEET = "xl/worksheets/sheet1.xml"

Entries = dict[str, dict[int, str]]
"""Measure code → the texts to write by column."""


def filled_template(
    context: SheetContext, answers: list[tuple[str, str, Answer]], fmt: Format
) -> bytes:
    """`answers` are measure code, kind of measure and figure."""
    content = FigureSheet().template(context, fmt=fmt)
    entries = {code: _entry(kind, answer) for code, kind, answer in answers}
    return (_fill_xlsx if fmt == "xlsx" else _fill_csv)(content, entries)


def _entry(kind: str, answer: Answer) -> dict[int, str]:
    if answer.state == FigureState.NOT_APPLICABLE:
        parts = ("numerator", "denominator") if kind == Kind.RATIO else ("value",)
        return {PLACES[part]: NOT_APPLICABLE for part in parts}
    if kind == Kind.YES_NO:
        return {PLACES["value"]: YES if answer.value else NO}
    texts = {part: getattr(answer, part) for part in PARTS}
    return {PLACES[part]: str(number) for part, number in texts.items() if number is not None}


def _fill_csv(content: bytes, entries: Entries) -> bytes:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for row in rows:
        for index, text in entries.get(row[PLACES["code"]], {}).items():
            row[index] = text
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _fill_xlsx(content: bytes, entries: Entries) -> bytes:
    """Writes into the blank cells of the sheet's own XML; everything else stays byte for byte."""
    texts = {}
    for row in read_file(content, "").rows:
        code = row.cells.get(PLACES["code"])
        for index, text in entries.get(code.text if code else "", {}).items():
            texts[f"{column_letter(index)}{row.number}"] = text
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            body = old.read(item)
            if item.filename == FIRST_SHEET:
                body = _with_cells(body.decode(), texts).encode()
            new.writestr(item, body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _with_cells(xml: str, texts: dict[str, str]) -> str:
    def fill(match: re.Match[str]) -> str:
        text = texts.get(match["at"])
        if text is None:
            return match[0]
        start = f'<c r="{match["at"]}"{match["style"]}'
        if text.isdecimal():
            return f"{start}><v>{text}</v></c>"
        return f'{start} t="inlineStr"><is><t>{escape(text)}</t></is></c>'

    return re.sub(r'<c r="(?P<at>[A-Z]+\d+)"(?P<style>(?: s="\d+")?)/>', fill, xml)
