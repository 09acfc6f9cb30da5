"""The reporting forms that a plan's indicators call for."""

from collections.abc import Iterator

from indicators.models import FormMeasure, Measure
from indicators.plan_file.by_hand import ByHand, by_hand
from indicators.plan_file.document import PlanDocument
from metroplan.common.periods import Period
from metroplan.common.sync import Change, removed, sync
from metroplan.organisations.models import Level, Organisation
from metroplan.plans.models import Plan
from metroplan.submissions.models import ReportingForm
from metroplan.submissions.services.forms import USUAL_REMINDERS, set_reminders

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

    A form that is no longer called for is deleted, or closed when units have filled it. What staff
    decided in the browser stays: see by_hand.py.
    """
    asked = _asked(document, measures)
    codes = [_code(plan, level) for level in SUFFIX]
    stored = ReportingForm.objects.filter(code__in=codes, owner=plan.organisation)
    hands = by_hand(stored)
    known = {form.code: form for form in stored.select_related("owner")}
    rows = [_as_kept(_form(plan, level), known, hands) for level in asked]
    outcome = sync(stored.select_related("owner"), rows, key=["code"], fields=FIELDS, thing="form")
    for row in outcome.rows.values():
        if row.code not in known:
            set_reminders(row, USUAL_REMINDERS)
    lines = [
        line
        for level, wanted in asked.items()
        for line in _lines(outcome.rows[(_code(plan, level),)], wanted, hands)
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
        *_retire([form for form in outcome.surplus if not hands[form.pk].added]),
    ]


def _as_kept(
    row: ReportingForm, known: dict[str, ReportingForm], hands: dict[int, ByHand]
) -> ReportingForm:
    """The form of the file, or the one staff made of it."""
    kept = known.get(row.code)
    return kept if kept is not None and hands[kept.pk].changed else row


def _lines(
    form: ReportingForm, wanted: list[Measure], hands: dict[int, ByHand]
) -> list[FormMeasure]:
    """The file's measures in its order; where staff chose, their order with what is new behind."""
    hand = hands[form.pk]
    if hand.ordered:
        asked = {measure.code: measure for measure in wanted if measure.code not in hand.removed}
        there = [line.measure for line in form.form_measures.select_related("measure")]
        stay = [one for one in there if one.code in asked or one.code in hand.added]
        wanted = list({one.code: one for one in [*stay, *asked.values()]}.values())
    return [
        FormMeasure(form=form, measure=measure, position=position)
        for position, measure in enumerate(wanted)
    ]


def _asked(document: PlanDocument, measures: dict[str, Measure]) -> dict[str, list[Measure]]:
    """Measures by level, each once, without those that registers always count."""
    asked: dict[str, dict[str, Measure]] = {}
    for item in document.indicators:
        measure = measures[item.measure]
        if measure.register_key and measure.counted_since is None:
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
        opens=_first_quarter(plan, _code(plan, level)),
    )


def _first_quarter(plan: Plan, code: str) -> Period:
    """The plan's, or that after the last in which a unit before the owner had the form."""
    former = ReportingForm.objects.filter(code__startswith=f"{code}-", closes__isnull=False)
    last = former.exclude(owner=plan.organisation).order_by("-closes").first()
    return max(plan.starts, last.closes + 1) if last else plan.starts


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
