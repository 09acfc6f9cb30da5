"""Text as people write it: full-width signs, invisible spaces, thousands, 万 and 亿, dashes."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

# Zero-width and direction marks, the byte-order mark and the soft hyphen come along when copying.
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
# Hyphens and minus signs that a reader cannot tell from the plain one; NFKC leaves them.
HYPHENS = "−‐‑"
FOLD = str.maketrans(dict.fromkeys(INVISIBLE, "") | dict.fromkeys(HYPHENS, "-"))
NOT_APPLICABLE = {"不适用", "无", "n/a", "na", "not applicable", "none"}
DASHES = re.compile(r"[-—–―─/\\]+")
NUMBER = re.compile(
    r"(?P<sign>[+-]?)\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)?(?P<fraction>\.\d*)?"
    r"\s*(?P<scale>[万亿])?\s*(?P<percent>%)?",
    re.ASCII,
)
# As Excel writes out what it took for a day: 2024-03-10, 2024/3/10, 3月10日, 10-Mar, Mar-24.
DATE = re.compile(
    r"\d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?|\d{1,2}月\d{1,2}日|\d{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-\d{2}"
)
SCALES = {None: 0, "万": 4, "亿": 8}
MAX_LENGTH = 60
WHOLE_DIGITS = 18


class NotANumber(ValueError):
    """A text that cannot be read as a number; `code` names why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text!r}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written. With `percent`, `value` stands before the sign: 12.5 of 12.5 %."""

    value: Decimal
    percent: bool = False

    @property
    def fraction(self) -> Decimal:
        """The number itself: 0.125 for 12.5 %."""
        return self.value.scaleb(-2) if self.percent else self.value


def normalise(text: str) -> str:
    """Half-width, without invisible characters, trimmed; runs of blanks become one."""
    if text.isascii() and text.isalnum():
        return text
    return _remembered(text) if len(text) <= MAX_LENGTH else _normalised(text)


def _normalised(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(FOLD))
    return " ".join(text.split())


# The names and units of a form come again with every unit and quarter.
_remembered = lru_cache(maxsize=8192)(_normalised)


def folded(text: str) -> str:
    """To compare words: normalised, without case and blanks."""
    return _folded_before(text) if len(text) <= MAX_LENGTH else _folded(text)


def _folded(text: str) -> str:
    return _normalised(text).casefold().replace(" ", "")


_folded_before = lru_cache(maxsize=8192)(_folded)


def is_blank(text: str) -> bool:
    return not text or (not text.isalnum() and normalise(text) == "")


def is_not_applicable(text: str) -> bool:
    """True for a dash, a slash or a word that says that the line does not apply (不适用)."""
    if text[:1].isdigit():
        return False
    plain = normalise(text).casefold()
    return plain in NOT_APPLICABLE or DASHES.fullmatch(plain) is not None


def is_date_text(text: str) -> bool:
    """True for a day as a spreadsheet writes it out."""
    return DATE.fullmatch(normalise(text)) is not None


def read_number(text: str, units: Collection[str] = ()) -> Quantity:
    """The number a text says, in the unit that `units` names (in any language).

    The unit may stand behind it, and 万 or 亿 count on top of it: "1.5万台" is 15000 台, while of
    something given in 万元 "3.5万", "3.5万元" and "35000元" are all 3.5. Raises NotANumber, also
    for separators that do not group by three: "1,23" may mean 123 or 1.23.
    """
    if len(text) <= MAX_LENGTH and text.isascii() and text.replace(".", "", 1).isdigit():
        return Quantity(Decimal(text))
    plain, unit_scale = _without_unit(normalise(text).lstrip("'"), units)
    match = NUMBER.fullmatch(plain) if len(plain) <= MAX_LENGTH else None
    if match is None or not _has_digits(match) or (match["scale"] and match["percent"]):
        raise NotANumber("not_a_number", text)
    if match["scale"]:
        unit_scale = max(map(_scale, units), default=0)
    shift = SCALES[match["scale"]] - unit_scale
    return Quantity(_value(match).scaleb(shift), percent=match["percent"] is not None)


def to_decimal(text: str, units: Collection[str] = ()) -> Decimal:
    """As `read_number`, with a percentage divided: "12.5％" is 0.125."""
    return read_number(text, units).fraction


def decimal_of_float(value: float) -> Decimal:
    """The number a spreadsheet shows for a stored double: its fifteen significant digits.

    Raises NotANumber for infinities and NaN.
    """
    number = Decimal(f"{value:.15g}")
    if not number.is_finite():
        raise NotANumber("not_a_number", str(value))
    return number


def whole_number(text: str) -> int | None:
    """A whole number from 0 as machines write it; None for anything else, also for more digits
    than a column holds."""
    fits = len(text) <= WHOLE_DIGITS and text.isascii() and text.isdecimal()
    return int(text) if fits else None


def plain_number(number: Decimal) -> str:
    """In full, without exponent and without trailing zeros: 1E+4 is "10000"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def safe_text(text: str) -> str:
    """Text for a cell of an export that a spreadsheet must not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def unprotected(text: str) -> str:
    """The text before `safe_text` put its mark on it."""
    return text[1:] if text[:1] == "'" and safe_text(text[1:]) == text else text


def _without_unit(text: str, units: Collection[str]) -> tuple[str, int]:
    """The text before its unit, and the power of ten by which the unit counts: 4 for 元 of 万元."""
    for unit in sorted(filter(None, map(normalise, units)), key=len, reverse=True):
        base = unit.lstrip("万亿")
        if base and base != "%" and text.casefold().endswith(base.casefold()):
            return text[: -len(base)].rstrip(), _scale(unit)
    return text, 0


def _scale(unit: str) -> int:
    return SCALES.get(unit[:1], 0)


def _has_digits(match: re.Match[str]) -> bool:
    return bool(match["digits"]) or len(match["fraction"] or "") > 1


def _value(match: re.Match[str]) -> Decimal:
    digits = (match["digits"] or "0").replace(",", "").replace(" ", "")
    return Decimal(match["sign"] + digits + (match["fraction"] or ""))
