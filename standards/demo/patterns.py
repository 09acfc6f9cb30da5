"""Standards as they are usual, from `fixtures/demo/standards.csv`: every one is held by many."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from standards.models import PerformanceKind, Way
from standards.rules import performance, ranges

SOURCE = settings.BASE_DIR / "fixtures" / "demo" / "standards.csv"
KINDS = {
    "U": PerformanceKind.UNCERTAINTY,
    "C": PerformanceKind.CLASS,
    "M": PerformanceKind.MPE,
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """`tier`: basic (everywhere), core (a city's), new (since the plans), rare (a province's)."""

    tier: str
    name: str
    code: str
    device: str
    capability: dict[str, Any]
    services: tuple["Served", ...]

    @property
    def field(self) -> str:
        return self.code[:2]


@dataclass(frozen=True, slots=True)
class Served:
    values: dict[str, str]
    kinds: tuple[str, ...]


@cache
def patterns() -> dict[str, list[Pattern]]:
    """By tier, in the order of the file: what is more usual comes first."""
    found: dict[str, list[Pattern]] = {}
    with SOURCE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["tier"], []).append(_pattern(row))
    return found


def _pattern(row: dict[str, str]) -> Pattern:
    return Pattern(
        tier=row["tier"],
        name=row["name"],
        code=row["code"],
        device=row["equipment"],
        capability=_capability(row),
        services=tuple(_services(row["services"])),
    )


def _capability(row: dict[str, str]) -> dict[str, Any]:
    kind = KINDS[row["kind"]]
    span = ranges.parse(row["range_text"], row["unit"])
    said = performance.parse(kind, row["performance"])
    return {
        "range_text": row["range_text"],
        "low": ranges.decimal(span.low) if span else None,
        "high": ranges.decimal(span.high) if span else None,
        "unit": span.unit if span else "",
        "performance_kind": kind,
        "performance_text": row["performance"],
        "value": ranges.decimal(said.value),
        "value_unit": said.unit,
        "coverage_factor": ranges.decimal(said.k),
    }


def _services(text: str) -> Iterator[Served]:
    for part in text.split("|"):
        instrument, number, title, kinds = part.split("@")
        values = {"instrument": instrument, "document_no": number, "document_title": title}
        way = Way.CALIBRATION if number.startswith("JJF") else Way.VERIFICATION
        yield Served(values | {"way": way}, tuple(kinds.split()))
