"""Measuring ranges: `(0~500) mm`, `-30 ℃ ~ 300 ℃`, `1 mg～500 g`, `≤ 60 kg`, `±90°`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from standards.rules import ucum
from standards.rules.faults import refuse
from standards.rules.texts import NUMBER, number, plain

SIGNED = rf"[+-]?\s*(?:{NUMBER})"
BETWEEN = re.compile(
    rf"\(?\s*(?P<low>{SIGNED})\s*(?P<first>[^\d~()+-][^~()]*?)?\s*\)?\s*(?:~|至|到|to)\s*"
    rf"\(?\s*(?P<high>{SIGNED})\s*\)?\s*(?P<unit>.*?)\s*\)?"
)
HYPHEN = re.compile(rf"\(?\s*(?P<low>{NUMBER})\s*-\s*(?P<high>{NUMBER})\s*\)?\s*(?P<unit>.*?)")
AROUND = re.compile(rf"\(?\s*±\s*(?P<half>{NUMBER})\s*\)?\s*(?P<unit>.*?)")
UP_TO = re.compile(rf"(?:≤|<=|<|不大于)\s*(?P<high>{SIGNED})\s*(?P<unit>.*?)")
FROM = re.compile(rf"(?:≥|>=|>|不小于)\s*(?P<low>{SIGNED})\s*(?P<unit>.*?)")
ALONE = re.compile(rf"\(?\s*(?P<only>{SIGNED})\s*\)?\s*(?P<unit>.*?)")
UP_TO_AFTER = re.compile(rf"(?P<high>{SIGNED})\s*(?P<unit>.*?)\s*(?:以下|及以下)")
PLACES = Fraction(1, 10**12)
MOST = Fraction(10**12)


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends included, in `unit` (UCUM); an end that is None is open."""

    low: Fraction | None
    high: Fraction | None
    unit: str


def parse(text: str, unit: str = "") -> Range | None:
    """The range that a text states; None for a text that states none, such as `DN15~DN50`.

    It comes in `unit` (UCUM) where one is given beside it. Raises Refused for an end
    before its start and a unit that is not known or of another quantity.
    """
    if unit and not ucum.known(unit):
        raise refuse("unit.unknown", value=unit)
    found = _read(plain(text), unit)
    if found is None:
        return None
    if unit and found.unit != unit:
        low, high = (_converted(end, found.unit, unit) for end in (found.low, found.high))
        found = Range(low, high, unit)
    if found.low is not None and found.high is not None and found.low > found.high:
        raise refuse("range.reversed", value=text)
    if any(end is not None and abs(end) >= MOST for end in (found.low, found.high)):
        raise refuse("range.too_large", value=text)
    return found


def contains(outer: Iterable[Range], inner: Range) -> bool | None:
    """Whether the ranges together cover `inner`; None where none of them is comparable."""
    own = [item for item in outer if ucum.comparable(item.unit, inner.unit)]
    if not own:
        return None
    return any(
        (low is None or (inner.low is not None and low <= inner.low))
        and (high is None or (inner.high is not None and inner.high <= high))
        for low, high in _joined(own, inner.unit)
    )


def decimal(value: Fraction | None) -> Decimal | None:
    """As it is stored: twelve places."""
    if value is None:
        return None
    whole = Decimal(round(value / PLACES)).scaleb(-12)
    return Decimal(format(whole.normalize(), "f"))


def _joined(ranges: list[Range], unit: str) -> list[tuple[Fraction | None, Fraction | None]]:
    """Converted, in order, those that touch made one."""
    ends = [tuple(_converted(end, r.unit, unit) for end in (r.low, r.high)) for r in ranges]
    ends.sort(key=lambda pair: (pair[0] is not None, pair[0] or 0))
    joined: list[tuple[Fraction | None, Fraction | None]] = []
    for low, high in ends:
        if joined and (joined[-1][1] is None or low is None or low <= joined[-1][1]):
            before = joined[-1]
            top = None if before[1] is None or high is None else max(before[1], high)
            joined[-1] = (before[0], top)
        else:
            joined.append((low, high))
    return joined


def _converted(value: Fraction | None, unit: str, into: str) -> Fraction | None:
    return None if value is None else ucum.convert(value, unit, into)


def _read(text: str, unit: str) -> Range | None:
    if match := BETWEEN.fullmatch(text):
        return _between(match, unit)
    for pattern in (HYPHEN, AROUND, UP_TO, FROM, UP_TO_AFTER, ALONE):
        match = pattern.fullmatch(text)
        own = match and _unit(match["unit"], unit)
        if own:
            return _of(match.groupdict(), own)
    return None


def _of(found: dict[str, str], unit: str) -> Range:
    if "half" in found:
        half = number(found["half"])
        return Range(-half, half, unit)
    only = found.get("only")
    low, high = found.get("low", only), found.get("high", only)
    return Range(number(low) if low else None, number(high) if high else None, unit)


def _between(match: re.Match[str], unit: str) -> Range | None:
    own = _unit(match["unit"], unit)
    if not own:
        return None
    low, high = number(match["low"]), number(match["high"])
    if first := (match["first"] or "").strip():
        first = _unit(first, "")
        if not first or not ucum.comparable(first, own):
            return None
        low = ucum.convert(low, first, own)
    return Range(low, high, own)


def _unit(written: str, given: str) -> str:
    """The unit of a text in UCUM, or the one given beside it; empty where neither is known.

    Raises Refused where both are known and are not units of one quantity.
    """
    own = ucum.from_sign(written)
    if not written.strip():
        return given
    if not ucum.known(own):
        return ""
    if given and not ucum.comparable(own, given):
        raise refuse("range.other_unit", value=given, expected=own)
    return own
