"""What a unit owned goes on under the unit that comes after it: plans, indicators, forms, targets.

Nothing of the past is rewritten: the unit that ended keeps its targets, and its forms up to its
last quarter; the unit after it has targets and forms of its own from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from indicators.models import Indicator, Measure, Target
from indicators.services.marking import mark_asked
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.map_changes import Count, MapMove
from metroplan.organisations.models import ChangeKind, Organisation, OrganisationChangePart
from metroplan.plans.models import Plan
from metroplan.submissions.models import ReportingForm, Submission

TAKES_OVER = (ChangeKind.RENAME, ChangeKind.MERGE)


@dataclass(frozen=True, slots=True)
class Estate:
    """What a unit owns and its heir has not yet. Of a unit that is only renamed all targets go
    on, of one that goes into another those of its own indicators: the other has its own."""

    unit: Organisation
    heir: Organisation | None
    plans: list[Plan]
    indicators: list[Indicator]
    forms: list[ReportingForm]
    targets: list[Target]

    @classmethod
    def of(
        cls, unit: Organisation, heir: Organisation | None, since: Period, kind: str
    ) -> "Estate":
        indicators = list(Indicator.objects.filter(owner=unit))
        targets = Target.objects.filter(organisation=unit).order_by("pk")
        if kind != ChangeKind.RENAME:
            targets = targets.filter(indicator__in=indicators)
        if heir:
            targets = targets.exclude(indicator__targets__organisation=heir)
        forms = ReportingForm.objects.filter(owner=unit).exclude(closes__lt=since)
        return cls(
            unit=unit,
            heir=heir,
            plans=list(Plan.objects.filter(organisation=unit)),
            indicators=indicators,
            forms=list(forms),
            targets=list(targets),
        )

    @property
    def owned(self) -> bool:
        return bool(self.plans or self.indicators or self.forms)

    def counts(self) -> list[Count]:
        named = {"heir": self.heir.name if self.heir else ""}
        return [
            Count(_("Plans that go to {heir}").format(**named), len(self.plans)),
            Count(_("Indicators that go to {heir}").format(**named), len(self.indicators)),
            Count(_("Reporting forms that go on under {heir}").format(**named), len(self.forms)),
            Count(_("Targets that hold for {heir} too").format(**named), len(self.targets)),
        ]


def hand_over(move: MapMove, today: date) -> list[Count]:
    """Pass on what the units that end own; on a day to come it is only counted.

    Raises `organisations.heir_missing` where a divided unit owns something and nobody was chosen.
    """
    change = move.change
    _refuse_nobody(move, today)
    counts = []
    for unit, heir in move.heirs:
        estate = Estate.of(unit, heir, move.since, change.kind)
        counts += estate.counts()
        if change.effective_on <= today:
            _pass_on(estate, move.since)
    return counts


def hand_over_due(*, today: date) -> None:
    """Changes that were entered ahead and hold by now; what was handed over already stays."""
    parts = OrganisationChangePart.objects.filter(
        change__kind__in=TAKES_OVER,
        change__effective_on__lte=today,
        source__valid_to=models.F("change__effective_on"),
    )
    owning = models.Q(source__indicators__isnull=False) | models.Q(source__plans__isnull=False)
    owning |= models.Q(source__reporting_forms__isnull=False)
    owning |= models.Q(source__targets__isnull=False)
    for part in parts.filter(owning).select_related("source", "target", "change").distinct():
        since = Period.containing(part.change.effective_on)
        estate = Estate.of(part.source, part.target, since, part.change.kind)
        if estate.owned or estate.targets:
            _pass_on(estate, since)


def _refuse_nobody(move: MapMove, today: date) -> None:
    if move.change.kind != ChangeKind.SPLIT:
        return
    for unit in move.ended:
        if not Estate.of(unit, None, move.since, move.change.kind).owned:
            continue
        if not move.heirs:
            raise MetroplanError(
                "organisations.heir_missing",
                _(
                    "{unit} owns plans, indicators or reporting forms: name the part that takes "
                    "them over."
                ),
                unit=f"{unit.code} {unit.name}",
            )
        if move.change.effective_on > today:
            raise MetroplanError(
                "organisations.heir_ahead",
                _(
                    "{unit} owns plans, indicators or reporting forms, which go to one part on the "
                    "day itself: enter the split on {day} or later."
                ),
                unit=f"{unit.code} {unit.name}",
                day=move.change.effective_on,
            )


def _pass_on(estate: Estate, since: Period) -> None:
    heir, concerned = estate.heir, _measures(estate)
    Plan.objects.filter(pk__in=[plan.pk for plan in estate.plans]).update(organisation=heir)
    keys = [indicator.pk for indicator in estate.indicators]
    Indicator.objects.filter(pk__in=keys).update(owner=heir)
    _copy_targets(estate.targets, heir)
    for form in estate.forms:
        _go_on(form, estate.unit, heir, since)
    if concerned:
        mark_asked(measures=concerned)


def _measures(estate: Estate) -> list[Measure]:
    indicators = [indicator.pk for indicator in estate.indicators]
    indicators += [target.indicator_id for target in estate.targets]
    asked = models.Q(series__indicators__in=indicators)
    asked |= models.Q(form_measures__form__in=[form.pk for form in estate.forms])
    return list(Measure.objects.filter(asked).distinct())


def _copy_targets(targets: Iterable[Target], heir: Organisation) -> None:
    """With all their revisions, so that any past day reads as it did."""
    Target.objects.bulk_create(_copy(target, organisation=heir) for target in targets)


def _go_on(form: ReportingForm, unit: Organisation, heir: Organisation, since: Period) -> None:
    """The form runs on under the heir; what was before becomes a closed form of its own."""
    if form.opens < since:
        _leave_past(form, unit, since)
        form.opens = since
    form.owner = heir
    form.name_zh = form.name_zh.replace(unit.name_zh, heir.name_zh)
    if unit.name_en:
        form.name_en = form.name_en.replace(unit.name_en, heir.name_en)
    form.save(update_fields=["owner", "opens", "name_zh", "name_en"])
    form.exceptions.filter(organisation=unit).update(organisation=heir)


def _leave_past(form: ReportingForm, unit: Organisation, since: Period) -> None:
    """Who was asked for what, and what was reported, up to the unit's last quarter."""
    suffix = f"-{unit.code}"
    longest = ReportingForm._meta.get_field("code").max_length
    code = form.code[: longest - len(suffix)] + suffix
    past = _copy(form, code=code, closes=since - 1)
    past.save()
    for rows in (form.form_measures, form.exceptions):
        rows.model.objects.bulk_create([_copy(row, form=past) for row in rows.all()])
    Submission.objects.filter(form=form, period__lt=since).update(form=past)


def _copy(row: Any, **changed: Any) -> Any:
    fields = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in changed
    }
    return type(row)(**fields, **changed)
