"""What a line of a standard performs: exactly one of an uncertainty with its k, an accuracy class
and a maximum permissible error.

`U=0.2″ (k=2)`, `Urel=0.5% (k=2)`, `0.05级`, `F1等级`, `二等`, `MPE: ±(1+1×10⁻⁶D) mm`, `±0.5%`.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from standards.rules import ucum
from standards.rules.faults import refuse
from standards.rules.texts import NUMBER, number, plain

UNCERTAINTY, CLASS, MPE = "uncertainty", "accuracy_class", "mpe"
KINDS = (UNCERTAINTY, CLASS, MPE)

SIGNS = {
    UNCERTAINTY: re.compile(
        r"(?<![A-Za-z])[Uu](?:_?\{?(?:rel|r|95|99|p|c)\}?)*\s*=|(?<![A-Za-z])k\s*=|不确定度"
    ),
    MPE: re.compile(r"MPE|±|最大允许误差|允许误差|[Mm]aximum permissible"),
    CLASS: re.compile(
        r"[0-9A-Za-z.)ⅠⅡⅢⅣ一二三四特准]\s*[级等](?![A-Za-z])|等级|[Cc]lass\b|[Gg]rade\b"
    ),
}
U_VALUE = re.compile(
    rf"[Uu](?P<mark>(?:_?\{{?(?:rel|r|95|99|p|c)\}}?)*)\s*=\s*(?P<value>{NUMBER})\s*(?P<unit>.*)"
)
K = re.compile(r"[,;，；、]?\s*\(?\s*[,;]?\s*(?:包含因子)?\s*k\s*=\s*(?P<k>\d+(?:\.\d+)?)\s*\)?")
HALF = re.compile(rf"±\s*\(?\s*(?P<value>{NUMBER})\s*\)?\s*(?P<unit>.*)")
ONE_SIDED = re.compile(rf"(?:≤|<=|不大于)?\s*(?P<value>{NUMBER})\s*(?P<unit>.*)")
HEADING = re.compile(r"^(?:MPEV?|最大允许误差(?:绝对值)?|允许误差)\s*[::=]?\s*")
CLASS_NUMBER = re.compile(rf"(?:准确度等级\s*:?\s*)?(?P<value>{NUMBER})\s*(?:级|等|等级)?")
OF_WHAT = re.compile(r"\s*\(?(?:FS|F\.S\.?|RD|读数|满量程|rdg|of reading|of full scale)\)?$")


@dataclass(frozen=True, slots=True)
class Performance:
    """`value` is U, the number of a class, or half the width of an MPE; None where the text says
    something else, such as a formula. `unit` is UCUM, "1" for a plain number."""

    kind: str
    value: Fraction | None = None
    unit: str = ""
    k: Fraction | None = None


def kinds_in(text: str) -> list[str]:
    """Which of the three a text speaks of, in the order of KINDS."""
    said = plain(text)
    return [kind for kind in KINDS if SIGNS[kind].search(said)]


def parse(kind: str, text: str) -> Performance:
    """Raises Refused for two kinds on one line, for another kind than the one chosen, and for an
    uncertainty or error in which no number can be found."""
    found = kinds_in(text)
    if len(found) > 1:
        raise refuse("performance.two_kinds", value=text)
    if found and found[0] != kind:
        raise refuse("performance.other_kind", value=text, found=found[0], expected=kind)
    read = {UNCERTAINTY: _uncertainty, CLASS: _class, MPE: _mpe}[kind](plain(text))
    if read is None:
        raise refuse("performance.unreadable", value=text, expected=kind)
    return read


def _uncertainty(text: str) -> Performance | None:
    if not any(char.isdigit() for char in text):
        return None
    k_found = K.search(text)
    k = Fraction(k_found["k"]) if k_found else None
    body = (text[: k_found.start()] + text[k_found.end() :] if k_found else text).strip(" ,;")
    match = U_VALUE.fullmatch(body)
    if match is None:
        # A formula, a span of values: kept as text. Without any U it is nothing.
        return Performance(UNCERTAINTY, k=k) if re.search(r"[Uu]", body) else None
    unit = _unit(match["unit"])
    if unit is None:
        return Performance(UNCERTAINTY, k=k)
    return Performance(UNCERTAINTY, number(match["value"]), unit, k)


def _mpe(text: str) -> Performance | None:
    body = HEADING.sub("", text).strip()
    if not any(char.isdigit() for char in body):
        return None
    match = HALF.fullmatch(body) or ONE_SIDED.fullmatch(body)
    unit = _unit(OF_WHAT.sub("", match["unit"])) if match else None
    if match and unit is not None:
        return Performance(MPE, number(match["value"]), unit)
    tail = re.search(r"\)\s*([^\s()]+)$", body)
    own = _unit(tail[1]) if tail else None
    return Performance(MPE, unit=own or "")


def _class(text: str) -> Performance | None:
    if not text.strip():
        return None
    match = CLASS_NUMBER.fullmatch(text.strip())
    return Performance(CLASS, number(match["value"]) if match else None)


def _unit(text: str) -> str | None:
    """UCUM, "1" where nothing is written, None for what is no unit."""
    written = text.strip().strip(",;")
    if not written:
        return "1"
    own = ucum.from_sign(written)
    return own if ucum.known(own) else None
