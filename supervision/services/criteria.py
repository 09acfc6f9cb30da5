"""Criteria of evaluation of integrity units, each set from a day on."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from standards.rules.faults import Fault
from supervision.models import CriteriaSet, Criterion
from supervision.wording.content import refusal

FIELDS = (
    "title", "effective_from", "pass_mark", "validity_months", "publicity_days", "document",
)  # fmt: skip
DEFAULT = {
    "title": "诚信计量示范单位评价细则（示例，待核对）",
    "effective_from": date(2007, 11, 8),
    "pass_mark": Decimal(80),
    "validity_months": 36,
    "publicity_days": 7,
    "document": "以各地评价细则为准；有效期与公示期待核对",
}
DEFAULT_ITEMS = (
    ("公开诚信计量自我承诺，制度健全", 15),
    ("在用强制检定计量器具登记建档、按周期检定合格", 25),
    ("商品净含量、结算数量准确，无短斤缺两", 20),
    ("使用国家法定计量单位，计量标注规范", 10),
    ("计量人员职责明确，经过培训", 10),
    ("投诉处理及时，设公平秤等便民措施", 10),
    ("近两年无计量违法行为和严重事故", 10),
)


@transaction.atomic
def enter_criteria(
    *, actor: User, data: dict[str, Any], items: Sequence[dict[str, Any]]
) -> CriteriaSet:
    """For applications from a day on; `items` hold `text` and `points`. Raises ValidationError by
    field."""
    require(actor, "catalogue.keep", actor.organisation)
    criteria = CriteriaSet(**{name: data[name] for name in FIELDS})
    criteria.full_clean()
    total = sum((item["points"] for item in items), Decimal(0))
    if not items:
        raise refusal({"items": [Fault("criteria.no_rows", {})]})
    if criteria.pass_mark > total:
        words = {"value": criteria.pass_mark, "total": total}
        raise refusal({"pass_mark": [Fault("criteria.pass_mark", words)]})
    criteria.save()
    _add_items(criteria, items)
    after = {name: data[name] for name in FIELDS} | {"lines": [dict(item) for item in items]}
    record("criteria.entered", actor=actor, on=criteria, after=after)
    return criteria


@transaction.atomic
def load_criteria(directory: Path) -> int:
    """An example that serves until staff enter their own; only into a table that holds none."""
    if CriteriaSet.objects.exists():
        return 0
    criteria = CriteriaSet.objects.create(**DEFAULT)
    _add_items(criteria, [{"text": text, "points": points} for text, points in DEFAULT_ITEMS])
    record("criteria.loaded", actor=None, on=criteria, lines=len(DEFAULT_ITEMS))
    return 1 + len(DEFAULT_ITEMS)


def _add_items(criteria: CriteriaSet, items: Sequence[dict[str, Any]]) -> None:
    Criterion.objects.bulk_create(
        Criterion(criteria=criteria, position=place, **item) for place, item in enumerate(items)
    )
