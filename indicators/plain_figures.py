"""The short way for lines that hold nothing but plain digits, which most lines of a large file do.

It says what `figures.clean_line` would say, or None where that has to be asked; a test holds the
two together. Pure.
"""

LONGEST = 15
PLACES = 6
NULL = "\\N"


def plain_figure(
    kind: str, decimals: int, state: str, value: str, numerator: str, denominator: str
) -> str | None:
    """State, value, numerator and denominator as COPY text; None for anything out of the plain."""
    if kind == "count" and not (numerator or denominator):
        return _count(decimals, state, value)
    if kind == "ratio" and not value:
        return _ratio(state, numerator, denominator)
    return None


def _count(decimals: int, state: str, value: str) -> str | None:
    if not (_whole(value) or (decimals and _fraction(value))):
        return None
    found = "value" if value.strip("0.") else "zero"
    return f"{found}\t{value}\t{NULL}\t{NULL}" if state in ("", found) else None


def _ratio(state: str, numerator: str, denominator: str) -> str | None:
    if not (_whole(numerator) and _whole(denominator)):
        return None
    part, whole = int(numerator), int(denominator)
    if part > whole or not whole:
        return None
    found = "value" if part else "zero"
    return f"{found}\t{NULL}\t{numerator}\t{denominator}" if state in ("", found) else None


def _whole(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) <= LONGEST


def _fraction(text: str) -> bool:
    whole, _, part = text.partition(".")
    return _whole(whole) and _whole(part) and len(part) <= PLACES
