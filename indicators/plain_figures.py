"""The short way for lines that hold nothing but plain digits, which most lines of a large file do.

It says what `figures.clean_line` would say, or None where that has to be asked; a test holds the
two together. Pure.
"""

import re
from collections.abc import Callable

WHOLE = re.compile("[0-9]{1,15}").fullmatch
DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?").fullmatch
NULL = "\\N"

PlainReader = Callable[[str, str, str, str], str | None]
"""Of state, value, numerator and denominator; their COPY text, None for what is not plain."""


def plain_reader(kind: str, decimals: int) -> PlainReader:
    if kind == "count":
        return _decimals if decimals else _count
    return _ratio if kind == "ratio" else _nothing


def _count(state: str, value: str, numerator: str, denominator: str) -> str | None:
    if numerator or denominator or not WHOLE(value):
        return None
    found = "value" if value.strip("0") else "zero"
    return f"{found}\t{value}\t{NULL}\t{NULL}" if state in ("", found) else None


def _decimals(state: str, value: str, numerator: str, denominator: str) -> str | None:
    if numerator or denominator or not DECIMAL(value):
        return None
    found = "value" if value.strip("0.") else "zero"
    return f"{found}\t{value}\t{NULL}\t{NULL}" if state in ("", found) else None


def _ratio(state: str, value: str, numerator: str, denominator: str) -> str | None:
    if value or not (WHOLE(numerator) and WHOLE(denominator)):
        return None
    part, whole = int(numerator), int(denominator)
    if part > whole or not whole:
        return None
    found = "value" if part else "zero"
    return f"{found}\t{NULL}\t{numerator}\t{denominator}" if state in ("", found) else None


def _nothing(state: str, value: str, numerator: str, denominator: str) -> None:
    """A yes or a no is a word."""
