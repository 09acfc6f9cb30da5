"""The columns of the sheet of figures and how its header row is found."""

import re
from dataclasses import dataclass

from metroplan.common.naming import in_chinese
from metroplan.common.text import normalise
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import Issue, RawRow, SheetColumn


@dataclass(frozen=True, slots=True)
class Column:
    """Its heading in both languages and the other headings it is known by in a file."""

    key: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    width: int

    @property
    def title(self) -> str:
        return self.zh if in_chinese() else self.en


COLUMNS = (
    Column("code", "代码", "Code", ("编码", "数据项代码", "指标代码"), 24),
    Column("name", "数据项", "Measure", ("数据项名称", "指标", "指标名称", "名称"), 44),
    Column("unit", "计量单位", "Unit", ("单位",), 10),
    Column("value", "数值", "Value", ("数据", "完成值", "本季数值", "本期数", "figure"), 16),
    Column("numerator", "分子", "Numerator", (), 16),
    Column("denominator", "分母", "Denominator", (), 16),
    Column("note", "备注", "Note", ("说明", "notes", "remark", "remarks"), 30),
)
PARTS = ("value", "numerator", "denominator")
# Tables of people's own often have one column for both; the template never has it.
AMOUNT = Column("amount", "数值或分子", "Value or numerator", (), 16)
KNOWN = (*COLUMNS, AMOUNT)
BY_HEADER = {
    heading.casefold(): column
    for column in KNOWN
    for heading in (column.key, column.zh, column.en, *column.aliases)
}
BY_KEY = {column.key: column for column in KNOWN}
FIGURES = {*PARTS, AMOUNT.key}
# What people call these columns in tables of their own.
WORDS = {
    "code": ("代码", "编码", "编号"),
    "name": ("指标", "项目", "名称", "内容", "数据项", "measure", "indicator", "item"),
    "unit": ("单位", "unit"),
    "amount": ("本季", "本期", "本月", "完成", "实际", "数值", "数量", "数据", "actual", "figure"),
    "numerator": ("分子", "合格数", "numerator"),
    "denominator": ("分母", "总数", "应", "denominator"),
    "note": ("备注", "说明", "note", "remark"),
}
# Blanks, stars, colons and a remark in brackets do not make it another heading.
DECORATION = re.compile(r"[\s*:]|\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns stand: 0-based index by key. Data begins below row `last`."""

    sheet: str
    first: int
    last: int
    indexes: dict[str, int]
    issues: tuple[Issue, ...]


def sheet_columns() -> list[SheetColumn]:
    """A table without one of the figures' columns reports nothing in it."""
    return [
        SheetColumn(
            key=column.key,
            heading=column.zh,
            title=column.title,
            words=WORDS.get(column.key, ()),
            blank=column.key in PARTS,
        )
        for column in KNOWN
    ]


def recognise(text: str) -> Column | None:
    return BY_HEADER.get(DECORATION.sub("", normalise(text).casefold()))


def find_header(rows: list[RawRow]) -> Header | None:
    """The header of one sheet: the first row that names the code or measure and a figure.

    A heading merged over several columns takes two rows: then the lower one completes the upper.
    """
    for position, row in enumerate(rows):
        below = rows[position + 1] if position + 1 < len(rows) else None
        titles = _titles(row)
        if not _known(titles) & {"code", "name"}:
            continue
        if below is not None and _continues(titles, row, below):
            titles |= _titles(below)
            return _header(row, below.number, titles)
        if _known(titles) & FIGURES:
            return _header(row, row.number, titles)
    return None


def _titles(row: RawRow) -> dict[int, str]:
    return {index: cell.text for index, cell in row.cells.items() if cell.text.strip()}


def _known(titles: dict[int, str]) -> set[str]:
    return {column.key for column in map(recognise, titles.values()) if column}


def _continues(titles: dict[int, str], row: RawRow, below: RawRow) -> bool:
    """True when the row below holds nothing but names of figures the upper row lacks."""
    names = _titles(below)
    columns = [recognise(text) for text in names.values()]
    return (
        below.number == row.number + 1
        and bool(names)
        and all(column and column.key in PARTS for column in columns)
        and not any(recognise(titles.get(index, "")) for index in names)
    )


def _header(row: RawRow, last: int, titles: dict[int, str]) -> Header:
    indexes: dict[str, int] = {}
    issues = []
    for index, text in sorted(titles.items()):
        column = recognise(text)
        where = {"sheet": row.sheet, "row": last, "column": column_letter(index)}
        if column is None:
            issues.append(Issue("column.unknown", params={"header": text[:60]}, **where))
        elif column.key in indexes:
            first = column_letter(indexes[column.key])
            params = {"header": text[:60], "first": first}
            issues.append(Issue("column.doubled", params=params, **where))
        else:
            indexes[column.key] = index
    return Header(row.sheet, row.number, last, indexes, tuple(issues))
