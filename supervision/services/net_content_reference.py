"""The tables of net content that come with the portal: `fixtures/reference/net_content_*.csv`."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from metroplan.audit.record import record
from supervision.models import LabelRule, SamplingPlan, SamplingRow, ToleranceRow, ToleranceTable

BEGAN = date(2006, 1, 1)
PLAN = {
    "edition": "JJF 1070-2005",
    "effective_from": BEGAN,
    "superseded_from": date(2024, 10, 12),
    "superseded_by": "JJF 1070-2023",
    "note": "据二手资料；施行日期待核对",
}
TABLE = {
    "edition": "定量包装商品计量监督管理办法附表",
    "effective_from": BEGAN,
    "note": "据二手资料；2005年与2023年附表相同，施行日期待核对",
}
BOTH = {"mass_or_volume": ("mass", "volume")}
EVERY_PIECE = "N"


@transaction.atomic
def load_net_content(directory: Path) -> int:
    """Bring each table once; what staff have entered or replaced since stays as it is."""
    changed = 0
    if not SamplingPlan.objects.exists():
        changed += _load_plan(directory / "net_content_sampling_2005.csv")
    if not ToleranceTable.objects.exists():
        changed += _load_tolerance(directory)
    return changed


def _load_plan(path: Path) -> int:
    plan = SamplingPlan.objects.create(**PLAN)
    rows = [SamplingRow(plan=plan, **_sampling(line)) for line in _lines(path)]
    SamplingRow.objects.bulk_create(rows)
    record("net_content.loaded", actor=None, on=plan, lines=len(rows))
    return 1 + len(rows)


def _load_tolerance(directory: Path) -> int:
    table = ToleranceTable.objects.create(**TABLE)
    lines = _lines(directory / "net_content_tolerance.csv")
    rows = [ToleranceRow(table=table, **values) for line in lines for values in _tolerance(line)]
    ToleranceRow.objects.bulk_create(rows)
    lines = _lines(directory / "net_content_labelling.csv")
    rules = [LabelRule(table=table, **values) for line in lines for values in _label(line)]
    LabelRule.objects.bulk_create(rules)
    record("net_content.loaded", actor=None, on=table, lines=len(rows) + len(rules))
    return 1 + len(rows) + len(rules)


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sampling(line: dict[str, str]) -> dict[str, Any]:
    size = line["sample_size"]
    return {
        "lot_min": int(line["lot_min"]),
        "lot_max": int(line["lot_max"]) if line["lot_max"] else None,
        "sample_size": None if size == EVERY_PIECE else int(size),
        "factor": _number(line["lambda"]),
        "max_t1": int(line["max_t1"]),
        "max_t2": int(line["max_t2"]),
    }


def _tolerance(line: dict[str, str]) -> Iterator[dict[str, Any]]:
    for kind in BOTH.get(line["quantity_kind"], (line["quantity_kind"],)):
        yield {
            "quantity_kind": kind,
            "over": Decimal(line["qn_over"]),
            "up_to": _number(line["qn_up_to"]),
            "rule": line["rule"],
            "value": Decimal(line["value"]),
        }


def _label(line: dict[str, str]) -> Iterator[dict[str, Any]]:
    for kind in BOTH.get(line["quantity_kind"], (line["quantity_kind"],)):
        ends = {"over": _number(line["over"]), "up_to": _number(line["up_to"])}
        yield {"rule": line["rule"], "quantity_kind": kind, "value": line["value"], **ends}


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
