"""Whose figures make up a unit's figure: the units right below it, and what it reported itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.models import Progress, RollUp, RollUpRule
from indicators.selectors.units import UnitRef

ADDITIVE = {RollUpRule.SUM}


@dataclass(frozen=True, slots=True)
class Contribution:
    """One unit below, or (`unit` None) the unit's own report, with its part of the total.

    `share` is the part of the sum, or of the denominator where the figure is a ratio or a mean.
    """

    unit: UnitRef | None
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    reported: int
    expected: int
    carried: int
    share: Decimal | None
    status: str = ""
    label: str = ""
    target: Decimal | None = None
    attainment: Decimal | None = None
    provisional: bool = False

    @property
    def silent(self) -> bool:
        """Nobody asks it, it says nothing, and nothing is wanted of it."""
        return not self.expected and self.value is None and not self.status and self.target is None


def contributions(
    roll_up: str,
    total: RollUp | None,
    units: Sequence[UnitRef],
    below: Mapping[int, RollUp],
    standings: Mapping[int, Progress],
) -> list[Contribution]:
    """In the order of `units`; the unit's own report comes first where there is one.

    `roll_up` is the measure's rule; `below` and `standings` go by the unit's id.
    """
    if roll_up == RollUpRule.OWN or total is None:
        return []
    rows = [
        _row(unit, below.get(unit.pk), standings.get(unit.pk), total, roll_up) for unit in units
    ]
    own = _own_report(total, list(below.values()), roll_up)
    return [own, *rows] if own and rows else rows


def _row(
    unit: UnitRef, row: RollUp | None, standing: Progress | None, total: RollUp, roll_up: str
) -> Contribution:
    return Contribution(
        unit=unit,
        value=row.value if row else None,
        numerator=row.numerator if row else None,
        denominator=row.denominator if row else None,
        reported=row.reported if row else 0,
        expected=row.expected if row else 0,
        carried=row.carried if row else 0,
        share=_share(row, total, roll_up) if row else None,
        status=standing.status if standing else "",
        label=standing.get_status_display() if standing else "",
        target=standing.target if standing else None,
        attainment=standing.attainment if standing else None,
        provisional=bool(standing and standing.provisional),
    )


def _share(row: RollUp, total: RollUp, roll_up: str) -> Decimal | None:
    part, whole = row.denominator, total.denominator
    if roll_up in ADDITIVE:
        part, whole = row.value, total.value
    return part / whole if part is not None and whole else None


def _own_report(total: RollUp, below: list[RollUp], roll_up: str) -> Contribution | None:
    """What is left of the total when the units below are taken out; None where nothing is."""
    expected = total.expected - sum(row.expected for row in below)
    rest = {
        name: _rest(getattr(total, name), [getattr(row, name) for row in below])
        for name in ("value", "numerator", "denominator")
    }
    counted = "value" if roll_up in ADDITIVE else "denominator"
    if expected <= 0 and not rest[counted]:
        return None
    if roll_up not in ADDITIVE:
        rest["value"] = _quotient(rest, roll_up)
    whole = getattr(total, counted)
    return Contribution(
        unit=None,
        reported=total.reported - sum(row.reported for row in below),
        expected=expected,
        carried=total.carried - sum(row.carried for row in below),
        share=rest[counted] / whole if rest[counted] is not None and whole else None,
        **rest,
    )


def _rest(whole: Decimal | None, parts: list[Decimal | None]) -> Decimal | None:
    return None if whole is None else whole - sum((part or Decimal(0)) for part in parts)


def _quotient(rest: dict[str, Decimal | None], roll_up: str) -> Decimal | None:
    if not rest["denominator"]:
        return None
    factor = 1 if roll_up == RollUpRule.MEAN else 100
    return factor * rest["numerator"] / rest["denominator"]
