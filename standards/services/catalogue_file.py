"""The catalogue out of a table: every line that can be read, every issue of every cell.

Two layouts are understood. In the long one each line is of one level and names its first level by
code. In the one that is published, each line is an item with its first level beside it, by serial
and name, which may stand in the first line of its group alone.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from metroplan.common.text import folded, is_blank, is_not_applicable, normalise
from metroplan.submissions.readers import read_file
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import FileProblem, Issue, RawRow
from standards.models import CatalogueItem
from standards.rules.catalogue import CERTAINTIES, MODES, REGULATIONS, ItemLine, word

HEADINGS = {
    "code": ("code", "代码", "编号", "二级序号", "种别序号", "种别代码"),
    "parent_code": ("parent_code", "上级代码", "一级序号", "项别序号", "项别代码"),
    "parent_name": ("parent_name", "一级目录", "一级名称", "项别", "项别名称"),
    "name": ("name", "名称", "二级目录", "二级名称", "种别", "种别名称", "器具名称"),
    "regulation": ("regulation", "监管方式"),
    "mode": ("verification_mode", "mode", "强检方式", "强制检定方式", "检定方式"),
    "scope_note": ("scope_note", "强检范围及说明", "强制检定范围及说明", "范围及说明", "说明"),
    "official_serial": ("official_serial", "正式序号"),
    "certainty": ("certainty", "可靠程度"),
    "certainty_note": ("certainty_note", "可靠程度说明"),
    "predecessor": ("predecessor", "原代码", "承接代码"),
    "kinds": ("kinds", "器具种类", "种类代码"),
}
KEYS = {folded(title): key for key, titles in HEADINGS.items() for title in titles}
REQUIRED = {"code", "name", "regulation"}
LINKED = ("parent_code", "parent_name")
TITLE_ROWS = 12
SEPARATORS = re.compile(r"[\s,;、，；]+")
SHOWN = 60
TEXTS = ("name", "scope_note", "official_serial", "certainty_note")
WORDS = {"regulation": REGULATIONS, "mode": MODES, "certainty": CERTAINTIES}


@dataclass(frozen=True, slots=True)
class ReadCatalogue:
    """In the order of the file; the lines count for nothing where there are issues."""

    lines: tuple[ItemLine, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What cells may name: codes of kinds, and those of the items of the older table."""

    kinds: Collection[str] = ()
    older: Collection[str] = ()
    older_title: str = ""


def read_catalogue(content: bytes, name: str, known: Known) -> ReadCatalogue:
    """Read xlsx, xls, ods or csv; of a workbook all its sheets."""
    try:
        rows = read_file(content, name).rows
    except FileProblem as problem:
        return ReadCatalogue((), (problem.issue,))
    reading = _Reading(rows, known)
    return ReadCatalogue(tuple(reading.lines), tuple(reading.issues))


class _Reading:
    def __init__(self, rows: list[RawRow], known: Known) -> None:
        self.known = known
        self.lines: list[ItemLine] = []
        self.issues: list[Issue] = []
        self.columns: dict[str, int] = {}
        self.at: dict[str, int] = {}
        self.group = ""
        start = next((at for at, row in enumerate(rows[:TITLE_ROWS]) if _heads(row)), None)
        if start is None:
            self._issue("catalogue.no_heading", rows[0], columns="code, name, regulation")
            return
        self._heading(rows[start])
        for row in rows[start + 1 :]:
            if any(not is_blank(cell.text) for cell in row.cells.values()):
                self._line(row)
        self._whole(rows[start])

    def _heading(self, row: RawRow) -> None:
        for place, cell in sorted(row.cells.items()):
            title = normalise(cell.text)
            key = KEYS.get(folded(title))
            where = {"row": row.number, "column": column_letter(place), "sheet": row.sheet}
            if key is None and title:
                params = {"header": title[:SHOWN]}
                self.issues.append(Issue("column.unknown", params=params, **where))
            elif key in self.columns:
                params = {"header": title[:SHOWN], "first": column_letter(self.columns[key])}
                self.issues.append(Issue("column.doubled", params=params, **where))
            elif key:
                self.columns[key] = place

    def _line(self, row: RawRow) -> None:
        published = "parent_name" in self.columns
        parent = self._group_of(row) if published else self._text(row, "parent_code")
        code = self._text(row, "code")
        if not code:
            self._issue("catalogue.code_missing", row, "code")
        serial = self._text(row, "official_serial")
        if published:
            serial = serial or code
            within = code.startswith(f"{parent}.") or not code or not parent
            code = code if within else f"{parent}.{code}"
        self._add(row, code, parent, serial)

    def _group_of(self, row: RawRow) -> str:
        """The first level of the line, added when it is met; the one above where it says none."""
        name, code = self._text(row, "parent_name"), self._text(row, "parent_code")
        if not name and not code:
            if not self.group:
                self._issue("catalogue.parent_missing", row, "parent_name")
            return self.group
        known = {line.name: line.code for line in self.lines if not line.parent_code}
        self.group = code or known.get(name) or str(len(known) + 1)
        if self.group not in self.at:
            self.at[self.group] = row.number
            self._fitting(row, "code", self.group, "parent_code")
            title = self._fitting(row, "name", name or code, "parent_name")
            self.lines.append(ItemLine(self.group, "", title, row=row.number))
        return self.group

    def _add(self, row: RawRow, code: str, parent: str, serial: str) -> None:
        if code and code in self.at:
            params = {"value": code[:SHOWN], "first": self.at[code]}
            self._issue("catalogue.code_twice", row, "code", **params)
        self.at.setdefault(code, row.number)
        values = {name: self._fitting(row, name, self._text(row, name)) for name in TEXTS}
        if not values["name"]:
            self._issue("catalogue.name_missing", row, "name")
        words = {key: self._word(row, key) for key in WORDS}
        self._regulated(row, parent, words)
        self.lines.append(
            ItemLine(
                code=self._fitting(row, "code", code),
                parent_code=parent,
                **values | words | {"official_serial": serial[:20]},
                predecessors=self._codes(row, "predecessor"),
                kinds=self._codes(row, "kinds"),
                row=row.number,
            )
        )

    def _regulated(self, row: RawRow, parent: str, words: dict[str, str]) -> None:
        words["certainty"] = words["certainty"] or CatalogueItem.Certainty.OFFICIAL
        if parent and not words["regulation"] and not self._text(row, "regulation"):
            self._issue("catalogue.regulation_missing", row, "regulation")
        if words["regulation"] == "P":
            if words["mode"] not in ("", "none"):
                value = self._text(row, "mode")[:SHOWN]
                self._issue("catalogue.mode_disagrees", row, "mode", value=value)
            words["mode"] = "none"

    def _word(self, row: RawRow, key: str) -> str:
        text = self._text(row, key)
        found = "" if not text or is_not_applicable(text) else word(text, WORDS[key])
        if found is None:
            self._issue(f"catalogue.{key}_unknown", row, key, value=text[:SHOWN])
        return found or ""

    def _codes(self, row: RawRow, key: str) -> tuple[str, ...] | None:
        """None where the table says nothing; every code that is not known is an issue."""
        text = self._text(row, key)
        if not text:
            return None
        codes = tuple(dict.fromkeys(filter(None, SEPARATORS.split(text))))
        known = self.known.kinds if key == "kinds" else self.known.older
        issue = "catalogue.kind_unknown" if key == "kinds" else "catalogue.predecessor_unknown"
        for code in codes:
            if code not in known:
                params = {"value": code[:SHOWN], "older": self.known.older_title or "—"}
                self._issue(issue, row, key, **params)
        return codes

    def _text(self, row: RawRow, key: str) -> str:
        place = self.columns.get(key)
        cell = row.cells.get(-1 if place is None else place)
        if cell is None:
            return ""
        if cell.formula_without_value:
            if not any(
                one.code == "catalogue.formula" and (one.row, one.column) == self._where(row, key)
                for one in self.issues
            ):
                self._issue("catalogue.formula", row, key)
            return ""
        return "" if is_blank(cell.text) else normalise(cell.text)

    def _fitting(self, row: RawRow, field: str, text: str, column: str = "") -> str:
        limit = CatalogueItem._meta.get_field(field).max_length
        if len(text) > limit:
            params = {"length": len(text), "limit": limit}
            self._issue("catalogue.too_long", row, column or field, **params)
        return text[:limit]

    def _whole(self, heading: RawRow) -> None:
        """What no single line shows."""
        if not self.lines:
            self._issue("catalogue.no_lines", heading)
            return
        tops = {line.code for line in self.lines if not line.parent_code}
        for line in self.lines:
            if line.parent_code and line.parent_code not in tops:
                row = RawRow(heading.sheet, line.row, {})
                value = line.parent_code[:SHOWN]
                self._issue("catalogue.parent_unknown", row, "parent_code", value=value)
        if not any(line.parent_code for line in self.lines):
            self._issue("catalogue.no_items", heading)

    def _where(self, row: RawRow, key: str) -> tuple[int, str]:
        place = self.columns.get(key)
        return row.number, "" if place is None else column_letter(place)

    def _issue(self, code: str, row: RawRow, key: str = "", **params: object) -> None:
        number, letter = self._where(row, key)
        found = Issue(code, sheet=row.sheet, row=number, column=letter, params=params)
        self.issues.append(found)


def _heads(row: RawRow) -> bool:
    """Whether the row is the heading, whatever titles stand above it."""
    keys = {KEYS.get(folded(cell.text)) for cell in row.cells.values()}
    return keys >= REQUIRED and bool(keys & {*LINKED})
