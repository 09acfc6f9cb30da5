"""Quantities as people write them: full-width signs, raised digits, tildes, signs of angles."""

import re
from fractions import Fraction

from metroplan.common.text import normalise

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
RAISED_RUN = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
SECONDS = str.maketrans({"〞": "″", "″": "″", "”": "″", "“": "″", '"': "″", "´": "′", "’": "′"})
DASHES = re.compile(r"[~〜∼—–]+|(?<=\d)\.\.\.?(?=\d)")
NUMBER = (
    r"(?:\d+(?:\.\d+)?|\.\d+)(?:\s*[×xX*]\s*10\s*\^?\s*[+-]?\d+|[eE][+-]?\d+)?"
    r"|10\s*\^\s*[+-]?\d+"
)
"""A number without its sign: 0.5, 1×10^-6, 1e-6, 10^3."""

PARTS = re.compile(
    r"(?:(?P<digits>\d*\.?\d+)(?:\s*[×xX*]\s*10\s*\^?\s*(?P<power>[+-]?\d+)|[eE](?P<e>[+-]?\d+))?)"
)
ONLY_POWER = re.compile(r"10\s*\^\s*(?P<power>[+-]?\d+)")


def plain(text: str) -> str:
    """Half-width; 10⁻⁶ becomes 10^-6, m² becomes m2; one tilde for every dash of a range."""
    text = RAISED_RUN.sub(_lowered, text.translate(SECONDS))
    text = normalise(text.replace("″", "''").replace("′", "'"))
    text = text.replace("′", "'").replace('"', "''").replace("⋅", "·").replace("∙", "·")
    return DASHES.sub("~", text)


def _lowered(match: re.Match[str]) -> str:
    digits = match[0].translate(RAISED)
    before = match.string[: match.start()].rstrip()[-1:]
    return f"^{digits}" if before.isdigit() else digits


def number(text: str) -> Fraction:
    """The value of a text that `NUMBER` matches, with or without a sign before it; exact."""
    text = text.strip()
    sign = -1 if text.startswith("-") else 1
    body = text.lstrip("+-").strip()
    if power := ONLY_POWER.fullmatch(body):
        return sign * Fraction(10) ** int(power["power"])
    parts = PARTS.fullmatch(body)
    if parts is None:
        raise ValueError(f"not a number: {text!r}")
    exponent = int(parts["power"] or parts["e"] or 0)
    if abs(exponent) > MOST_TENS:
        raise ValueError(f"out of all bounds: {text!r}")
    return sign * Fraction(parts["digits"]) * Fraction(10) ** exponent


MOST_TENS = 30
