"""The reporting forms that a plan's indicators call for."""

from collections.abc import Iterator

from indicators.models import FormMeasure, Measure
from indicators.plan_file.document import PlanDocument
from metroplan.common.sync import Change, removed, sync
from metroplan.organisations.models import Level, Organisation
from metroplan.plans.models import Plan
from metroplan.submissions.models import ReportingForm

KIND = "figures"
OWNER = "owner"
SUFFIX = {
    Level.PROVINCE: ("省级", "provinces"),
    Level.CITY: ("市级", "cities"),
    Level.COUNTY: ("县级", "counties"),
    OWNER: ("本级", "own figures"),
}
FIELDS = ["name_zh", "name_en", "kind", "owner_id", "level", "owner_fills", "opens", "closes"]


def write_forms(document: PlanDocument, plan: Plan, measures: dict[str, Measure]) -> list[Change]:
    """One form for each level that reports, the owner's own included; measures in file order.

    A form that is no longer called for is deleted, or closed when units have filled it.
    """
    asked = _asked(document, measures)
    stored = ReportingForm.objects.filter(code__startswith=f"{plan.code}-", owner=plan.organisation)
    rows = [_form(plan, level) for level in asked]
    outcome = sync(stored.select_related("owner"), rows, key=["code"], fields=FIELDS, thing="form")
    lines = [
        FormMeasure(form=outcome.rows[(_code(plan, level),)], measure=measure, position=position)
        for level, wanted in asked.items()
        for position, measure in enumerate(wanted)
    ]
    stored_lines = FormMeasure.objects.filter(form__in=[row.pk for row in outcome.rows.values()])
    key = ["form_id", "measure_id"]
    written = sync(
        stored_lines.select_related("form", "measure"),
        lines,
        key=key,
        fields=["position"],
        thing="form line",
    )
    FormMeasure.objects.filter(pk__in=[row.pk for row in written.surplus]).delete()
    return [
        *outcome.changes,
        *written.changes,
        *removed("form line", written.surplus, key),
        *_retire(outcome.surplus),
    ]


def _asked(document: PlanDocument, measures: dict[str, Measure]) -> dict[str, list[Measure]]:
    """Measures by level, each once, without those that registers count."""
    asked: dict[str, dict[str, Measure]] = {}
    for item in document.indicators:
        measure = measures[item.measure]
        if measure.source != "reported":
            continue
        for level in item.reported_by:
            asked.setdefault(level, {}).setdefault(measure.code, measure)
    return {level: list(wanted.values()) for level, wanted in asked.items()}


def _code(plan: Plan, level: str) -> str:
    return f"{plan.code}-{level}"


def _form(plan: Plan, level: str) -> ReportingForm:
    owner: Organisation = plan.organisation
    zh, en = SUFFIX[level]
    return ReportingForm(
        code=_code(plan, level),
        name_zh=f"{owner.name_zh}计量发展季报（{zh}）",
        name_en=f"{owner.name_en}: quarterly metrology figures ({en})",
        kind=KIND,
        owner=owner,
        level="" if level == OWNER else level,
        owner_fills=level == OWNER,
        opens=plan.starts,
    )


def _retire(forms: list[ReportingForm]) -> Iterator[Change]:
    for form in forms:
        newest = form.submissions.order_by("-period").first()
        if newest is None:
            form.form_measures.all().delete()
            form.delete()
            yield Change("removed", "form", form.code)
        elif form.closes != newest.period:
            before = {"closes": form.closes}
            form.closes = newest.period
            form.save(update_fields=["closes"])
            yield Change("changed", "form", form.code, before, {"closes": form.closes})
