"""The shape of what people send to change what is asked."""

from copy import deepcopy
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.models import (
    Comparator,
    Indicator,
    Kind,
    MeasureBreak,
    Revision,
    SourceExplanation,
)
from indicators.rules import Thresholds
from indicators.selectors.breakdown import METHODS
from indicators.services.revision_values import BaselineValues, TargetValues
from indicators.services.revisions import Papers
from indicators.services.what_if import Supposed, SupposedFigure
from metroplan.common.api_fields import QuarterFormField
from metroplan.common.text import plain_number

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def figure_field(label: Any, **more: Any) -> forms.DecimalField:
    more = {"required": False, "max_digits": 24, "decimal_places": 6} | more
    return forms.DecimalField(label=label, **more)


class PapersForm(forms.Form):
    """What vouches for a change and the day it holds from."""

    effective_from = forms.DateField(label=_("Holds from"), widget=DAY)
    document = forms.CharField(
        label=_("Document number"), max_length=Revision._meta.get_field("document").max_length
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=Revision._meta.get_field("reason").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def papers(self) -> Papers:
        sent = self.cleaned_data
        return Papers(sent["effective_from"], sent["document"], sent["reason"])


class TargetForm(PapersForm):
    year = forms.TypedChoiceField(label=_("Milestone"), coerce=int)
    low = figure_field(_("Target"))
    high = figure_field(_("Upper end"))
    approximate = forms.BooleanField(label=_("Approximate"), required=False)
    field_order = ["year", "low", "high", "approximate"]

    def __init__(self, *args: Any, years: list[int], ranged: bool, done: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, year) for year in years]
        if not ranged:
            del self.fields["high"]
        if done:
            del self.fields["low"]
            del self.fields["approximate"]

    def values(self) -> TargetValues:
        sent = self.cleaned_data
        return TargetValues(sent.get("low"), sent.get("high"), bool(sent.get("approximate")))


class BaselineForm(PapersForm):
    baseline_year = forms.IntegerField(
        label=_("Baseline year"), min_value=1949, max_value=2100, required=False
    )
    baseline_value = figure_field(_("Baseline"))
    field_order = ["baseline_year", "baseline_value"]

    def values(self) -> BaselineValues:
        sent = self.cleaned_data
        return BaselineValues(sent["baseline_year"], sent["baseline_value"])


THRESHOLD_NAMES = [name for name in Thresholds.__slots__ if name != "version"]


def share_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=6, decimal_places=4)


class ThresholdsForm(PapersForm):
    ahead = share_field(_("ahead from"))
    on_track = share_field(_("on track from"))
    slightly = share_field(_("slightly behind from"))
    behind = share_field(_("behind from"))
    approximate_share = share_field(_("part that meets an approximate target"))
    maintain_tolerance = share_field(_("tolerance of what is to be kept"))
    coverage = share_field(_("coverage of a final figure"))
    due_soon = forms.IntegerField(
        label=_("quarters in which a thing is due soon"), min_value=0, max_value=40
    )
    field_order = THRESHOLD_NAMES

    def thresholds(self) -> Thresholds:
        return Thresholds(**{name: self.cleaned_data[name] for name in self.field_order})


class RejectForm(forms.Form):
    """An empty reason is refused by the service, in words that say why."""

    remark = forms.CharField(
        label=_("Reason for rejecting it"),
        required=False,
        max_length=Revision._meta.get_field("remark").max_length,
    )


class SplitForm(forms.Form):
    method = forms.ChoiceField(label=_("Method"), choices=list(METHODS.items()))
    measure = forms.ChoiceField(label=_("Figure to divide by"), required=False)

    def __init__(self, *args: Any, measures: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [("", "—"), *measures]

    def clean(self) -> dict[str, Any]:
        sent = super().clean()
        if sent.get("method") == "weight" and not sent.get("measure"):
            self.add_error("measure", _("Choose the figure by whose share it is divided."))
        return sent


class BreakdownFileForm(forms.Form):
    file = forms.FileField(
        label=_("File with organisation, year, low, high"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )


def supposed_threshold(name: str, now: Decimal | int) -> forms.Field:
    """Empty is the one in force, which stands in the field as a hint."""
    field = deepcopy(ThresholdsForm.base_fields[name])
    field.required = False
    field.widget.attrs["placeholder"] = plain_number(Decimal(now))
    return field


class WhatIfForm(forms.Form):
    """Another target, another figure of the unit, other thresholds; what is left empty stays."""

    year = forms.TypedChoiceField(label=_("Milestone"), coerce=int, required=False)
    low = figure_field(_("Another target"))
    high = figure_field(_("Another upper end"))
    value = figure_field(_("Another figure"))
    numerator = figure_field(_("Another numerator"))
    denominator = figure_field(_("Another denominator"))

    def __init__(
        self,
        *args: Any,
        years: list[int],
        ranged: bool,
        done: bool,
        kind: str,
        thresholds: Thresholds,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, year) for year in years]
        unused = {"value"} if kind == Kind.RATIO else {"numerator", "denominator"}
        unused |= set() if ranged else {"high"}
        unused |= {"year", "low", "high"} if done or not years else set()
        for name in unused:
            del self.fields[name]
        if kind == Kind.YES_NO:
            self.fields["value"] = forms.TypedChoiceField(
                label=_("Another figure"),
                choices=[("", "—"), (1, _("Done")), (0, _("Not done"))],
                coerce=Decimal,
                empty_value=None,
                required=False,
            )
        for name in THRESHOLD_NAMES:
            self.fields[name] = supposed_threshold(name, getattr(thresholds, name))

    @classmethod
    def of(
        cls,
        indicator: Indicator,
        years: list[int],
        thresholds: Thresholds,
        sent: Any = None,
        year: int | None = None,
    ) -> Self:
        """`year` is the milestone that is chosen first, `thresholds` are those in force."""
        return cls(
            sent,
            initial={"year": year},
            years=years,
            ranged=indicator.comparator == Comparator.RANGE,
            done=indicator.comparator == Comparator.DONE,
            kind=indicator.measure.kind,
            thresholds=thresholds,
        )

    def asked(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name not in THRESHOLD_NAMES]

    def thresholds(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name in THRESHOLD_NAMES]

    def thresholds_open(self) -> bool:
        """Whether something stands in the folded part that must not stay unseen."""
        return any(bound.value() or bound.errors for bound in self.thresholds())

    def supposed(self, organisation: str) -> Supposed:
        sent = self.cleaned_data
        parts = {name: sent.get(name) for name in ("value", "numerator", "denominator")}
        low, high = sent.get("low"), sent.get("high")
        figures = [SupposedFigure(organisation, **parts)] if any_given(*parts.values()) else []
        targets = {sent["year"]: TargetValues(low, high)} if any_given(low, high) else {}
        other = {name: sent[name] for name in THRESHOLD_NAMES if sent[name] is not None}
        return Supposed(targets=targets, thresholds=other, figures=figures)


def any_given(*values: Decimal | None) -> bool:
    return any(value is not None for value in values)


class ExplanationForm(forms.Form):
    """An empty text is refused by the service, in words that say why."""

    period = QuarterFormField(required=False)
    text = forms.CharField(
        label=_("Why the two figures differ"),
        required=False,
        max_length=SourceExplanation._meta.get_field("text").max_length,
    )


class BreakForm(forms.Form):
    period = QuarterFormField(label=_("First quarter of the new definition"))
    document = forms.CharField(
        label=_("Document number"), max_length=MeasureBreak._meta.get_field("document").max_length
    )
    reason = forms.CharField(
        label=_("What is counted otherwise"),
        max_length=MeasureBreak._meta.get_field("reason").max_length,
    )
