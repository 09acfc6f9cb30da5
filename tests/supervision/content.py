"""The tables of net content as they are printed, and samples drawn by hand from them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from supervision.rules.labels import LabelLine
from supervision.rules.net_content import Reading, Sample, SamplingLine, Tables
from supervision.rules.quantities import ToleranceLine

SAMPLING = (
    SamplingLine(1, 10, None, None, 0, 0),
    SamplingLine(11, 50, 10, Decimal("1.028"), 0, 0),
    SamplingLine(51, 99, 13, Decimal("0.848"), 1, 0),
    SamplingLine(100, 500, 50, Decimal("0.379"), 3, 0),
    SamplingLine(501, 3200, 80, Decimal("0.295"), 5, 0),
    SamplingLine(3201, None, 125, Decimal("0.234"), 7, 0),
)
BY_WEIGHT = (
    (0, 50, "percent", "9"),
    (50, 100, "absolute", "4.5"),
    (100, 200, "percent", "4.5"),
    (200, 300, "absolute", "9"),
    (300, 500, "percent", "3"),
    (500, 1000, "absolute", "15"),
    (1000, 10000, "percent", "1.5"),
    (10000, 15000, "absolute", "150"),
    (15000, 50000, "percent", "1"),
)
OTHERS = (
    ("length", 0, 5, "absolute", "0"),
    ("length", 5, None, "percent", "2"),
    ("area", 0, None, "percent", "3"),
    ("count", 0, 50, "absolute", "0"),
    ("count", 50, None, "percent", "1"),
)
TOLERANCE = tuple(
    ToleranceLine(kind, Decimal(over), None if up_to is None else Decimal(up_to), rule, Decimal(of))
    for kind, over, up_to, rule, of in (
        *(("mass", *line) for line in BY_WEIGHT),
        *(("volume", *line) for line in BY_WEIGHT),
        *OTHERS,
    )
)
LABELS = (
    LabelLine("unit", "mass", None, Decimal(1000), "g"),
    LabelLine("unit", "mass", Decimal(1000), None, "kg"),
    LabelLine("unit", "volume", None, Decimal(1000), "mL ml"),
    LabelLine("unit", "volume", Decimal(1000), None, "L l"),
    LabelLine("unit", "length", None, Decimal(1), "mm cm"),
    LabelLine("unit", "length", Decimal(1), None, "m"),
    LabelLine("unit", "area", None, Decimal("0.01"), "mm² cm²"),
    LabelLine("unit", "area", Decimal("0.01"), Decimal(1), "dm²"),
    LabelLine("unit", "area", Decimal(1), None, "m²"),
    LabelLine("height", "mass", None, Decimal(50), "2"),
    LabelLine("height", "mass", Decimal(50), Decimal(200), "3"),
    LabelLine("height", "mass", Decimal(200), Decimal(1000), "4"),
    LabelLine("height", "mass", Decimal(1000), None, "6"),
    LabelLine("height", "length", None, None, "2"),
    LabelLine("height", "area", None, None, "2"),
    LabelLine("height", "count", None, None, "2"),
)


def tables(rounding: str = "nearest") -> Tables:
    return Tables(SAMPLING, TOLERANCE, rounding, "JJF 1070-2005")


def sample(nets: Iterable[Any], lot_size: int, **more: Any) -> Sample:
    """Of a nominal 100 g, whose T is 4.5 g, unless it says otherwise."""
    readings = tuple(Reading(net=Decimal(str(net))) for net in nets)
    given = {"kind": "mass", "nominal": Decimal(100), "unit": "g", "sample_size": len(readings)}
    return Sample(lot_size=lot_size, readings=readings, **given | more)


def around(mean: str, size: int, spread: str = "1") -> list[Decimal]:
    """Half of them above the mean by the spread, half below; of an odd number one upon it."""
    centre, by = Decimal(mean), Decimal(spread)
    half = size // 2
    return [centre + by] * half + [centre - by] * half + [centre] * (size % 2)
