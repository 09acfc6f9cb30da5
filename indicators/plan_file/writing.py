"""Writes one document over what is stored for its plan, set by set."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from indicators.models import Indicator, Measure, Series, Target
from indicators.plan_file.document import IndicatorSpec, PlanDocument, TargetSpec, Text
from indicators.plan_file.references import References, measure_values
from indicators.plan_file.revised import (
    REASON,
    StoredTargets,
    first_day,
    known_since,
    printed_baselines,
    revise_baselines,
)
from metroplan.common.periods import Period
from metroplan.common.sync import Change, Outcome, plain, removed, sync
from metroplan.plans.models import (
    Milestone,
    Plan,
    PlanBox,
    PlanBoxRow,
    PlanCategory,
    PlanDuty,
    PlanTask,
    PlanTaskUnit,
    ResponsibleUnit,
)

PLAN_FIELDS = [
    *("title_zh", "title_en", "document_no", "organisation_id", "issuer_zh", "issuer_en"),
    *("issued_on", "starts", "ends", "parent_id", "url", "status", "notes_zh", "notes_en"),
]
# Where a stored measure comes from is the staff's to change: a file says it of new ones alone.
MEASURE_FIELDS = [
    *("name_zh", "name_en", "unit_zh", "unit_en", "kind", "accumulation", "roll_up", "mean_level"),
    *("numerator_zh", "numerator_en", "denominator_zh", "denominator_en", "decimals"),
    "carry_forward",
]
INDICATOR_FIELDS = [
    *("series_id", "name_zh", "name_en", "clause", "category_id", "position", "attribute"),
    *("comparator", "basis", "mode", "owner_id", "baseline_year", "baseline_value", "group"),
    *("notes_zh", "notes_en"),
]


def pair(name: str, text: Text) -> dict[str, str]:
    return {f"{name}_zh": text[0], f"{name}_en": text[1]}


def plan_row(header: Any, organisation: Any, parent: Plan | None) -> Plan:
    return Plan(
        code=header.code,
        **pair("title", header.title),
        document_no=header.document_no,
        organisation=organisation,
        **pair("issuer", header.issuer),
        issued_on=header.issued_on,
        starts=header.starts,
        ends=header.ends,
        parent=parent,
        url=header.url,
        status=header.status,
        **pair("notes", header.notes),
    )


class Writer:
    """Upserts from the plan downwards, then deletes what the file dropped, upwards."""

    def __init__(self, document: PlanDocument, found: References, *, today: date) -> None:
        self.document = document
        self.found = found
        self.today = today
        self.owner = found.owner(document)
        self.changes: list[Change] = []
        self.dropped: list[tuple[type[models.Model], list[int]]] = []

    def write_rows(self) -> Plan:
        self.plan = self._plan()
        self.milestones = self._milestones()
        self.categories = self._categories()
        self.units = self._units()
        self._boxes()
        self.measures = self._measures()
        self.series = self._series()
        self.indicators = self._indicators()
        self._targets()
        self.tasks = self._tasks()
        self._duties()
        return self.plan

    def _sync(
        self,
        stored: models.QuerySet,
        wanted: Sequence[models.Model],
        *,
        key: Sequence[str],
        fields: Sequence[str],
        thing: str,
        keep: bool = False,
    ) -> Outcome:
        outcome = sync(stored, wanted, key=key, fields=fields, thing=thing)
        self.changes += outcome.changes
        if outcome.surplus and not keep:
            self.changes += removed(thing, outcome.surplus, key)
            self.dropped.append((stored.model, [row.pk for row in outcome.surplus]))
        return outcome

    def _plan(self) -> Plan:
        code = self.document.header.code
        row = plan_row(self.document.header, self.owner, self.found.parent)
        stored = Plan.objects.filter(code=code).select_related("organisation", "parent")
        outcome = self._sync(stored, [row], key=["code"], fields=PLAN_FIELDS, thing="plan")
        return outcome.rows[(code,)]

    def _milestones(self) -> dict[int, Milestone]:
        rows = [
            Milestone(plan=self.plan, year=year, kind=kind)
            for year, kind in self.document.milestones
        ]
        stored = self.plan.milestones.all()
        outcome = self._sync(stored, rows, key=["year"], fields=["kind"], thing="milestone")
        return {row.year: row for row in outcome.rows.values()}

    def _categories(self) -> dict[str, PlanCategory]:
        rows = [
            PlanCategory(plan=self.plan, code=code, position=number, **pair("name", name))
            for number, (code, name) in enumerate(self.document.categories)
        ]
        fields = ["name_zh", "name_en", "position"]
        stored = self.plan.categories.all()
        return by_code(self._sync(stored, rows, key=["code"], fields=fields, thing="category"))

    def _units(self) -> dict[str, ResponsibleUnit]:
        rows = [
            ResponsibleUnit(
                plan=self.plan,
                code=item.code,
                position=number,
                organisation=self.found.organisations.get(item.organisation),
                **pair("name", item.name),
            )
            for number, item in enumerate(self.document.units)
        ]
        fields = ["name_zh", "name_en", "organisation_id", "position"]
        stored = self.plan.units.select_related("organisation")
        return by_code(self._sync(stored, rows, key=["code"], fields=fields, thing="unit"))

    def _boxes(self) -> None:
        boxes = [
            PlanBox(plan=self.plan, number=item.number, **pair("title", item.title))
            for item in self.document.boxes
        ]
        fields = ["title_zh", "title_en"]
        stored = self.plan.boxes.all()
        outcome = self._sync(stored, boxes, key=["number"], fields=fields, thing="box")
        rows = [
            PlanBoxRow(
                box=outcome.rows[(item.number,)],
                position=position,
                **pair("label", label),
                **pair("text", text),
            )
            for item in self.document.boxes
            for position, (label, text) in enumerate(item.rows)
        ]
        self._sync(
            PlanBoxRow.objects.filter(box__plan=self.plan).select_related("box"),
            rows,
            key=["box_id", "position"],
            fields=["label_zh", "label_en", "text_zh", "text_en"],
            thing="box row",
        )

    def _measures(self) -> dict[str, Measure]:
        """Measures the file defines. Only those made for its deliverables go when dropped."""
        rows = [Measure(code=spec.code, **measure_values(spec)) for spec in self.document.measures]
        made = models.Q(code__startswith=f"{self.plan.code}.")
        stored = Measure.objects.filter(made | models.Q(code__in=[row.code for row in rows]))
        outcome = self._sync(stored, rows, key=["code"], fields=MEASURE_FIELDS, thing="measure")
        return self.found.measures | by_code(outcome)

    def _series_key(self, item: IndicatorSpec) -> tuple[int, str, Period | None]:
        since = self.plan.starts if item.window == "since_plan_start" else None
        return self.measures[item.measure].pk, item.window, since

    def _series(self) -> dict[tuple, Series]:
        keys = dict.fromkeys(map(self._series_key, self.document.indicators))
        rows = [
            Series(measure_id=measure, window=window, since=since)
            for measure, window, since in keys
        ]
        stored = Series.objects.filter(measure__in=[key[0] for key in keys])
        key = ["measure_id", "window", "since"]
        return sync(stored, rows, key=key, fields=[]).rows

    def _indicators(self) -> dict[str, Indicator]:
        rows = [
            Indicator(
                plan=self.plan,
                code=item.code,
                series=self.series[self._series_key(item)],
                **pair("name", item.name),
                clause=item.clause,
                category=self.categories[item.category],
                position=number,
                attribute=item.attribute,
                comparator=item.comparator,
                basis=item.basis,
                mode=item.mode,
                owner=self.owner,
                baseline_year=item.baseline_year,
                baseline_value=item.baseline_value,
                group=item.group,
                **pair("notes", item.notes),
            )
            for number, item in enumerate(self.document.indicators)
        ]
        stored = self.plan.indicators.select_related("series", "category", "owner")
        self.before = set(stored.values_list("series", flat=True))
        printed = printed_baselines(stored)
        indicators = by_code(
            self._sync(stored, rows, key=["code"], fields=INDICATOR_FIELDS, thing="indicator")
        )
        revise_baselines(self.plan, indicators, printed, self.today)
        return indicators

    def _targets(self) -> None:
        """A changed number is a new revision; the old one stays."""
        stored = StoredTargets.of(self.plan, self.owner)
        wanted = {
            (self.indicators[item.code].pk, self.milestones[spec.year].pk): (item.code, spec)
            for item in self.document.indicators
            for spec in item.targets
        }
        new = [
            row
            for key, (code, spec) in wanted.items()
            if (row := self._revised(key, code, spec, stored))
        ]
        Target.objects.bulk_create(new)
        self._drop_targets([key for key in stored.said if key not in wanted])

    def _revised(
        self, key: tuple[int, int], code: str, spec: TargetSpec, stored: StoredTargets
    ) -> Target | None:
        old = stored.said.get(key)
        values = {"low": spec.low, "high": spec.high, "approximate": spec.approximate}
        before = {name: plain(getattr(old, name)) for name in values} if old else {}
        if old and before == values:
            return None
        self.changes.append(
            Change("changed" if old else "added", "target", f"{code} {spec.year}", before, values)
        )
        return Target(
            indicator_id=key[0],
            milestone_id=key[1],
            organisation=self.owner,
            revision=stored.newest.get(key, 0) + 1,
            effective_from=self.today if old else first_day(self.plan),
            recorded_at=timezone.now() if old else known_since(self.plan),
            document=self.plan.document_no,
            reason=REASON if old else "",
            **values,
        )

    def _drop_targets(self, keys: list[tuple[int, int]]) -> None:
        """Of indicators that stay; those of dropped indicators go with them."""
        codes = {indicator.pk: code for code, indicator in self.indicators.items()}
        for indicator, milestone in keys:
            if indicator not in codes:
                continue
            rows = Target.objects.filter(
                indicator=indicator, milestone=milestone, organisation=self.owner
            ).select_related("milestone")
            self.changes.append(
                Change("removed", "target", f"{codes[indicator]} {rows[0].milestone.year}")
            )
            self.dropped.append((Target, [row.pk for row in rows]))

    def _tasks(self) -> dict[str, PlanTask]:
        rows = [
            PlanTask(
                plan=self.plan,
                number=item.number,
                position=position,
                clause=item.clause,
                due=item.due,
                **pair("title", item.title),
                **pair("notes", item.notes),
            )
            for position, item in enumerate(self.document.tasks)
        ]
        fields = ["position", "title_zh", "title_en", "clause", "due", "notes_zh", "notes_en"]
        stored = self.plan.tasks.all()
        outcome = self._sync(stored, rows, key=["number"], fields=fields, thing="task")
        tasks = {row.number: row for row in outcome.rows.values()}
        self._task_units(tasks)
        self._task_indicators(tasks)
        return tasks

    def _task_units(self, tasks: dict[str, PlanTask]) -> None:
        rows = [
            PlanTaskUnit(task=tasks[item.number], unit=self.units[code], position=position)
            for item in self.document.tasks
            for position, code in enumerate(item.units)
        ]
        stored = PlanTaskUnit.objects.filter(task__plan=self.plan).select_related("task", "unit")
        key = ["task_id", "unit_id"]
        self._sync(stored, rows, key=key, fields=["position"], thing="task unit")

    def _task_indicators(self, tasks: dict[str, PlanTask]) -> None:
        link = Indicator.tasks.through
        rows = [
            link(indicator=self.indicators[code], plantask=tasks[item.number])
            for item in self.document.tasks
            for code in item.indicators
        ]
        stored = link.objects.filter(plantask__plan=self.plan).select_related(
            "indicator", "plantask"
        )
        key = ["indicator_id", "plantask_id"]
        self._sync(stored, rows, key=key, fields=[], thing="task indicator")

    def _duties(self) -> None:
        rows = [
            PlanDuty(
                plan=self.plan,
                code=item.code,
                position=position,
                clause=item.clause,
                by_unit=self.units[item.by_unit],
                to_unit=self.units.get(item.to_unit),
                **pair("subject", item.subject),
                **pair("due", item.due),
                recurrence=item.recurrence,
                year=item.year,
            )
            for position, item in enumerate(self.document.duties)
        ]
        fields = ["position", "clause", "by_unit_id", "to_unit_id", "subject_zh", "subject_en"]
        fields += ["due_zh", "due_en", "recurrence", "year"]
        stored = self.plan.duties.select_related("by_unit", "to_unit")
        self._sync(stored, rows, key=["code"], fields=fields, thing="duty")

    def delete_dropped(self) -> None:
        """Children before what protects them; roll-ups of a series nobody asks for go with it."""
        for model, ids in sorted(self.dropped, key=lambda drop: DELETE_ORDER.index(drop[0])):
            model._default_manager.filter(pk__in=ids).delete()
        Series.objects.filter(pk__in=self.before, indicators=None).delete()


DELETE_ORDER = [
    Target,
    Indicator.tasks.through,
    Indicator,
    PlanDuty,
    PlanTaskUnit,
    PlanTask,
    PlanBoxRow,
    PlanBox,
    ResponsibleUnit,
    PlanCategory,
    Milestone,
    Measure,
]


def by_code(outcome: Outcome) -> dict[str, Any]:
    return {row.code: row for row in outcome.rows.values()}


def changed_codes(changes: Iterable[Change], thing: str) -> set[str]:
    return {change.key.split(" ")[0] for change in changes if change.thing == thing}
