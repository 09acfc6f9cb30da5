"""The dated tables of net content as the rules take them."""

from dataclasses import dataclass
from datetime import date

from supervision.models import SamplingPlan, ToleranceTable
from supervision.rules.labels import LabelLine
from supervision.rules.net_content import SamplingLine, Tables
from supervision.rules.quantities import ToleranceLine


@dataclass(frozen=True, slots=True)
class Editions:
    """What a lot is judged by: the editions, and their lines as the rules take them."""

    plan: SamplingPlan
    table: ToleranceTable
    tables: Tables
    labels: tuple[LabelLine, ...]

    def superseded_on(self, day: date) -> bool:
        """Whether another edition holds on the day whose table is not loaded yet."""
        first = self.plan.superseded_from
        return first is not None and first <= day


def editions_on(day: date) -> Editions | None:
    """Those with the latest first day up to `day`; None before the first."""
    plan = SamplingPlan.objects.filter(effective_from__lte=day).order_by("-effective_from").first()
    table = (
        ToleranceTable.objects.filter(effective_from__lte=day).order_by("-effective_from").first()
    )
    return editions(plan, table) if plan and table else None


class EditionsByDay:
    """The same for many days, each edition read once, as they stand when the first is asked."""

    def __init__(self) -> None:
        self.plans = list(SamplingPlan.objects.order_by("-effective_from"))
        self.tables = list(ToleranceTable.objects.order_by("-effective_from"))
        self.read: dict[tuple[int, int], Editions] = {}

    def on(self, day: date) -> Editions | None:
        plan = next((plan for plan in self.plans if plan.effective_from <= day), None)
        table = next((table for table in self.tables if table.effective_from <= day), None)
        if plan is None or table is None:
            return None
        key = (plan.pk, table.pk)
        if key not in self.read:
            self.read[key] = editions(plan, table)
        return self.read[key]


def editions(plan: SamplingPlan, table: ToleranceTable) -> Editions:
    rows = plan.rows.order_by("lot_min")
    sampling = tuple(
        SamplingLine(row.lot_min, row.lot_max, row.sample_size, row.factor, row.max_t1, row.max_t2)
        for row in rows
    )
    tolerance = tuple(
        ToleranceLine(row.quantity_kind, row.over, row.up_to, row.rule, row.value)
        for row in table.rows.order_by("quantity_kind", "over")
    )
    labels = tuple(
        LabelLine(row.rule, row.quantity_kind, row.over, row.up_to, row.value)
        for row in table.label_rules.all()
    )
    return Editions(plan, table, Tables(sampling, tolerance, table.rounding, plan.edition), labels)
