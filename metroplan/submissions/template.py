"""Writes the form of a sheet kind as an Excel workbook or a CSV file."""

import csv
import re
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from metroplan.common.text import safe_text
from metroplan.submissions.manifest import MANIFEST_SHEET

FONT = "等线"
HEAD_COLOUR, GREY, ENTRY_COLOUR, LINE_COLOUR = "#1F4E79", "#E7E6E6", "#FFFFF2", "#A6A6A6"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
# What Excel keeps to the last digit.
PLAIN_NUMBER = re.compile(r"(?=.{1,16}$)[0-9]{1,15}(?:\.[0-9]+)?")
MAY = {"format_columns": True, "format_rows": True, "autofilter": True}


@dataclass(frozen=True, slots=True)
class TemplateCell:
    """What stands in a cell, or what may be entered there.

    `entry` is empty for a printed cell and `unused` for one that stays as it is; `choices` makes a
    drop-down, `whole` and `number_format` tell what a number looks like, `note` is attached.
    """

    text: str = ""
    entry: Literal["", "number", "choice", "text", "unused"] = ""
    choices: tuple[str, ...] = ()
    whole: bool = False
    number_format: str = "General"
    note: str = ""


@dataclass(frozen=True, slots=True)
class TemplateSheet:
    """`facts` are label and text pairs below the title; `guide` tells how to fill in, by line.

    `frozen` columns stay in view; with `filtered` the headings choose which lines are shown.
    """

    sheet_name: str
    title: str
    facts: tuple[tuple[str, str], ...]
    guide: tuple[str, ...]
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    lines: tuple[tuple[TemplateCell, ...], ...]
    warning: str
    manifest: str
    frozen: int = 2
    filtered: bool = False


def build_csv(sheet: TemplateSheet) -> bytes:
    """Headings and lines in UTF-8 with a byte-order mark, as Excel expects it."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(sheet.headings)
    writer.writerows([safe_text(cell.text) for cell in line] for line in sheet.lines)
    return out.getvalue().encode("utf-8-sig")


def build_xlsx(sheet: TemplateSheet) -> bytes:
    out = BytesIO()
    with Workbook(out, OPTIONS) as workbook:
        _Writer(workbook, sheet).write()
    return out.getvalue()


class _Writer:
    """Lays out one sheet: title, facts, guide, a frozen heading row, then the lines."""

    def __init__(self, workbook: Workbook, sheet: TemplateSheet) -> None:
        self.workbook, self.sheet = workbook, sheet
        self.page: Worksheet = workbook.add_worksheet(sheet.sheet_name)
        self.last_column = len(sheet.headings) - 1
        self._formats: dict[tuple, Format] = {}

    def write(self) -> None:
        header = self._write_top()
        self._write_headings(header)
        for offset, line in enumerate(self.sheet.lines, start=header + 1):
            self._write_line(offset, line)
        self._set_up_page(header)
        self._write_manifest()

    def _format(self, **properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format({**base, **properties})
        return self._formats[key]

    def _write_top(self) -> int:
        """Everything above the headings; returns the row the headings go to."""
        title = self._format(bold=True, font_size=16)
        self.page.merge_range(0, 0, 0, self.last_column, safe_text(self.sheet.title), title)
        self.page.set_row(0, 28)
        row = 1
        for label, text in self.sheet.facts:
            self.page.write_string(row, 0, label, self._format(font_color="#595959"))
            self.page.write_string(row, 1, safe_text(text), self._format(bold=True))
            row += 1
        guide = self._format(text_wrap=True, font_color="#595959", valign="top")
        self.page.merge_range(row, 0, row, self.last_column, "\n".join(self.sheet.guide), guide)
        self.page.set_row(row, 16 * len(self.sheet.guide) + 4)
        return row + 1

    def _write_headings(self, row: int) -> None:
        style = self._format(
            bold=True, bg_color=HEAD_COLOUR, font_color="#FFFFFF", border=1, text_wrap=True
        )
        self.page.set_row(row, 24)
        for column, (heading, width) in enumerate(
            zip(self.sheet.headings, self.sheet.widths, strict=True)
        ):
            self.page.set_column(column, column, width)
            self.page.write_string(row, column, heading, style)

    def _write_line(self, row: int, line: tuple[TemplateCell, ...]) -> None:
        for column, cell in enumerate(line):
            style = self._cell_format(cell)
            if cell.entry == "number" and PLAIN_NUMBER.fullmatch(cell.text):
                self.page.write_number(row, column, float(cell.text), style)
            elif cell.text:
                self.page.write_string(row, column, safe_text(cell.text), style)
            else:
                self.page.write_blank(row, column, None, style)
            if cell.note:
                self.page.write_comment(row, column, cell.note, {"x_scale": 2, "y_scale": 0.8})
            rule = self._rule(row, column, cell)
            if rule:
                self.page.data_validation(row, column, row, column, rule)

    def _cell_format(self, cell: TemplateCell) -> Format:
        frame = {"border": 1, "border_color": LINE_COLOUR}
        if cell.entry == "unused":
            return self._format(bg_color=GREY, **frame)
        if not cell.entry:
            return self._format(text_wrap=True, **frame)
        side = "left" if cell.entry == "text" else "right"
        return self._format(
            locked=False,
            bg_color=ENTRY_COLOUR,
            align=side,
            num_format="@" if cell.entry == "text" else cell.number_format,
            **frame,
        )

    def _rule(self, row: int, column: int, cell: TemplateCell) -> dict | None:
        """Excel's own check warns and lets pass: a slash or 1.5万 is as good as a number."""
        common = {"error_type": "warning", "error_message": self.sheet.warning}
        if cell.entry == "choice":
            return {"validate": "list", "source": list(cell.choices), **common}
        if cell.entry != "number":
            return None
        at = f"{chr(65 + column)}{row + 1}"
        number = f"ISNUMBER({at}),{at}>=0" + (f",INT({at})={at}" if cell.whole else "")
        formula = f'=OR(AND({number}),{at}="/",{at}="—")'
        return {"validate": "custom", "value": formula, **common}

    def _set_up_page(self, header: int) -> None:
        page = self.page
        page.protect("", MAY)
        page.freeze_panes(header + 1, self.sheet.frozen)
        if self.sheet.filtered:
            page.autofilter(header, 0, header + len(self.sheet.lines), self.last_column)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(header)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        page.set_footer("&L&A&R&P / &N")
        page.hide_gridlines(2)

    def _write_manifest(self) -> None:
        hidden = self.workbook.add_worksheet(MANIFEST_SHEET)
        hidden.write_string(0, 0, self.sheet.manifest)
        hidden.very_hidden()
