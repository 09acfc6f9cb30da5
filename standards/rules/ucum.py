"""Units of measure in UCUM, as far as registers of standards need them.

A unit is atoms with prefixes and powers, joined by `.` and `/`: `mm`, `m3/h`, `kW.h`, `um/m`.
Factors are exact, so that 60' is 1 deg and not almost. `from_sign` makes UCUM of what people
write (℃, ″, μm, kW·h).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip

# Base dimensions: length, mass, time, current, temperature, substance, luminous intensity, angle;
# what is left are scales of their own that nothing converts into.
M, G, S, A, K, MOL, CD, DEG = ({name: 1} for name in ("m", "g", "s", "A", "K", "mol", "cd", "deg"))
N = {"m": 1, "g": 1, "s": -2}
PA = {"m": -1, "g": 1, "s": -2}
J = {"m": 2, "g": 1, "s": -2}
W = {"m": 2, "g": 1, "s": -3}
V = {"m": 2, "g": 1, "s": -3, "A": -1}
OHM = {"m": 2, "g": 1, "s": -3, "A": -2}
KILO = Fraction(1000)
PI = Fraction(3141592653589793238462643383, 10**27)

Dimension = dict[str, int]
METRIC: dict[str, tuple[Dimension, Fraction]] = {
    "m": (M, Fraction(1)),
    "g": (G, Fraction(1)),
    "s": (S, Fraction(1)),
    "A": (A, Fraction(1)),
    "K": (K, Fraction(1)),
    "mol": (MOL, Fraction(1)),
    "cd": (CD, Fraction(1)),
    "rad": (DEG, 180 / PI),
    "sr": ({}, Fraction(1)),
    "Hz": ({"s": -1}, Fraction(1)),
    "N": (N, KILO),
    "Pa": (PA, KILO),
    "bar": (PA, KILO * 10**5),
    "J": (J, KILO),
    "eV": (J, KILO * Fraction("1.602176634e-19")),
    "W": (W, KILO),
    "C": ({"s": 1, "A": 1}, Fraction(1)),
    "V": (V, KILO),
    "Ohm": (OHM, KILO),
    "S": ({k: -v for k, v in OHM.items()}, 1 / KILO),
    "F": ({"m": -2, "g": -1, "s": 4, "A": 2}, 1 / KILO),
    "Wb": ({"m": 2, "g": 1, "s": -2, "A": -1}, KILO),
    "T": ({"g": 1, "s": -2, "A": -1}, KILO),
    "H": ({"m": 2, "g": 1, "s": -2, "A": -2}, KILO),
    "lm": (CD, Fraction(1)),
    "lx": ({"cd": 1, "m": -2}, Fraction(1)),
    "Bq": ({"s": -1}, Fraction(1)),
    "Gy": ({"m": 2, "s": -2}, Fraction(1)),
    "Sv": ({"m": 2, "s": -2}, Fraction(1)),
    "L": ({"m": 3}, Fraction(1, 1000)),
    "l": ({"m": 3}, Fraction(1, 1000)),
    "t": (G, Fraction(10**6)),
    "P": ({"m": -1, "g": 1, "s": -1}, Fraction(100)),
    "St": ({"m": 2, "s": -1}, Fraction(1, 10**4)),
    "m[Hg]": (PA, KILO * Fraction("133322.387415")),
    "m[H2O]": (PA, KILO * Fraction("9806.65")),
    "B": ({"B": 1}, Fraction(1)),
    "B[SPL]": ({"B[SPL]": 1}, Fraction(1)),
    "Cel": (K, Fraction(1)),
}
FIXED: dict[str, tuple[Dimension, Fraction]] = {
    "1": ({}, Fraction(1)),
    "10*": ({}, Fraction(10)),
    "10^": ({}, Fraction(10)),
    "%": ({}, Fraction(1, 100)),
    "[ppth]": ({}, Fraction(1, 1000)),
    "[ppm]": ({}, Fraction(1, 10**6)),
    "[ppb]": ({}, Fraction(1, 10**9)),
    "min": (S, Fraction(60)),
    "h": (S, Fraction(3600)),
    "d": (S, Fraction(86400)),
    "a": (S, Fraction(31557600)),
    "deg": (DEG, Fraction(1)),
    "'": (DEG, Fraction(1, 60)),
    "''": (DEG, Fraction(1, 3600)),
    "gon": (DEG, Fraction(9, 10)),
    "atm": (PA, KILO * 101325),
    "[pH]": ({"[pH]": 1}, Fraction(1)),
    "[diop]": ({"m": -1}, Fraction(1)),
    "[g]": ({"m": 1, "s": -2}, Fraction("9.80665")),
    "[in_i]": (M, Fraction("0.0254")),
    "[ft_i]": (M, Fraction("0.3048")),
    "[lb_av]": (G, Fraction("453.59237")),
    "[psi]": (PA, KILO * Fraction("6894.757293168")),
    "gf": (N, Fraction("9.80665")),
}
CELSIUS_ZERO = Fraction("273.15")

ATOM = re.compile(r"(?P<name>10[*^]|\[[^\]]+\]|[A-Za-z]+(?:\[[A-Za-z0-9]+\])?|''|'|%|1)")
POWER = re.compile(r"[+-]?\d+")

SIGNS = {
    "°C": "Cel", "℃": "Cel", "°": "deg", "Ω": "Ohm", "μ": "u", "µ": "u", "·": ".", "×": ".",
    "mmHg": "mm[Hg]", "mmH2O": "mm[H2O]", "ppm": "[ppm]", "ppb": "[ppb]", "pH": "[pH]",
    "‰": "[ppth]", "r/min": "{r}/min",
}  # fmt: skip
WHOLE = {
    "kWh": "kW.h", "Wh": "W.h", "Nm": "N.m", "kNm": "kN.m", "mNm": "mN.m", "VA": "V.A",
    "hr": "h", "sec": "s", "lux": "lx", "毫米": "mm", "厘米": "cm", "米": "m", "千米": "km",
    "微米": "um", "毫克": "mg", "克": "g", "千克": "kg", "公斤": "kg", "吨": "t", "升": "L",
    "毫升": "mL", "秒": "s", "分": "min", "小时": "h", "帕": "Pa", "千帕": "kPa", "兆帕": "MPa",
    "伏": "V", "安": "A", "欧": "Ohm", "瓦": "W", "千瓦": "kW", "牛": "N", "千牛": "kN",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` base units; only whole degrees Celsius have a zero of their own."""

    dimension: tuple[tuple[str, int], ...]
    factor: Fraction
    zero: Fraction = Fraction(0)


@lru_cache(maxsize=1024)
def parsed(unit: str) -> Unit | None:
    """None for a text that is no unit of this table."""
    text = re.sub(r"\{[^{}]*\}", "", unit)
    if not unit or not text.isascii():
        return None
    if unit == "Cel":
        return Unit((("K", 1),), Fraction(1), CELSIUS_ZERO)
    dimension: dict[str, int] = {}
    factor, sign = Fraction(1), 1
    if text.startswith("/"):
        text = f"1{text}"
    for piece in re.split(r"([./])", text or "1"):
        if piece in (".", "/"):
            sign = -1 if piece == "/" else 1
            continue
        term = _term(piece)
        if term is None:
            return None
        size, power = term[1], term[2] * sign
        factor *= size**power
        for name, count in term[0].items():
            dimension[name] = dimension.get(name, 0) + count * power
    return Unit(tuple(sorted((k, v) for k, v in dimension.items() if v)), factor)


def known(unit: str) -> bool:
    return parsed(unit) is not None


def comparable(one: str, other: str) -> bool:
    """Whether one can be converted into the other; False where either is not known."""
    first, second = parsed(one), parsed(other)
    return first is not None and second is not None and first.dimension == second.dimension


def convert(value: Fraction, unit: str, into: str) -> Fraction:
    """Raises ValueError for units that cannot be compared."""
    source, target = parsed(unit), parsed(into)
    if source is None or target is None or source.dimension != target.dimension:
        raise ValueError(f"{unit!r} is not comparable with {into!r}")
    if source == target:
        return value
    return (value * source.factor + source.zero - target.zero) / target.factor


def from_sign(text: str) -> str:
    """UCUM for a unit as people write it; the text itself where it is UCUM or nothing known."""
    text = text.strip()
    if text in WHOLE:
        return WHOLE[text]
    for sign, unit in SIGNS.items():
        if sign in text and unit not in text:
            text = text.replace(sign, unit)
    return text.replace(" ", "")


def _term(piece: str) -> tuple[Dimension, Fraction, int] | None:
    """Dimension, size and power of one atom with its prefix."""
    match = ATOM.match(piece)
    if match is None:
        return None
    rest = piece[match.end() :]
    if rest and not POWER.fullmatch(rest):
        return None
    found = _atom(match["name"])
    power = int(rest) if rest else 1
    return None if found is None or abs(power) > MOST_POWER else (*found, power)


MOST_POWER = 30


def _atom(name: str) -> tuple[Dimension, Fraction] | None:
    if found := FIXED.get(name) or METRIC.get(name):
        return found
    for prefix, power in PREFIXES.items():
        if name.startswith(prefix) and (found := METRIC.get(name[len(prefix) :])):
            return found[0], found[1] * Fraction(10) ** power
        if name == f"{prefix}gf":
            return N, FIXED["gf"][1] * Fraction(10) ** power
    return None
