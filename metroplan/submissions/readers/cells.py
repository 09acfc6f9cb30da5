"""Cells out of what a reader gives: the text a person would see, beside the value."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from metroplan.common.text import NotANumber, decimal_of_float, plain_number, unprotected
from metroplan.submissions.types import RawCell


@cache
def column_letter(index: int) -> str:
    """The name Excel gives to a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def cell_of(value: object, *, percent: bool = False) -> RawCell:
    """A cell with its text; a number keeps the digits the spreadsheet shows."""
    if type(value) is str:
        return RawCell(_written(value), value)
    if type(value) is float and not percent:
        text = f"{value:.15g}"
        if text.lstrip("-").replace(".", "", 1).isdigit():
            return RawCell(text, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return RawCell(_text(value), value)
    try:
        number = decimal_of_float(value)
    except NotANumber:
        return RawCell(str(value), str(value))
    if percent:
        return RawCell(f"{plain_number(number * Decimal(100))}%", value, percent=True)
    return RawCell(plain_number(number), value)


def text_of(value: object) -> str:
    """The text of a cell that shows no percentage, "" for an empty one."""
    return "" if is_empty(value) else cell_of(value).text


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else _written(str(value))


def _written(text: str) -> str:
    text = text.replace("\0", "")
    return unprotected(text) if text[:1] == "'" else text
