"""The shape of what is typed about integrity units and dishonesty records."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import User
from standards.forms.fields import day_today
from standards.forms.lists import ALL, DayField
from supervision.forms.fields import EntityField
from supervision.models import DishonestyRecord, Entity, IntegrityEvent
from supervision.rules.integrity import APPLIED, COMMITTED, LAPSED
from supervision.selectors.dishonesty import LISTED, OVER
from supervision.selectors.integrity import ScoreLine
from supervision.states import IntegrityState

BEGINNINGS = [
    (COMMITTED, IntegrityState.COMMITTED.label),
    (APPLIED, IntegrityState.APPLIED.label),
]


class Filtering(forms.Form):
    """What a list can be narrowed to; every list can be to a unit."""

    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"), required=False)

    def chosen(self) -> dict[str, Any]:
        """What was understood; a value that is not leaves the list as it is."""
        self.is_valid()
        return self.cleaned_data


class IntegrityFilterForm(Filtering):
    q = forms.CharField(label=_("Number, certificate, entity"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"), choices=ALL + IntegrityState.choices, required=False
    )
    kind = forms.ChoiceField(
        label=_("Kind of entity"), choices=ALL + Entity.Kind.choices, required=False
    )
    holding = DayField(label=_("Holds the title on"), required=False)
    since = DayField(label=_("Conferred from"), required=False)
    until = DayField(label=_("Conferred until"), required=False)


class OpenRunForm(forms.Form):
    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        required=False,
        help_text=_("Leave it blank for the next number of the unit."),
    )
    state = forms.ChoiceField(label=_("Begins with"), choices=BEGINNINGS)
    since = DayField(label=_("On the day"), initial=day_today)
    document = forms.CharField(label=_("Document"), max_length=100, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"] = EntityField(
            user=user,
            label=_("Entity"),
            help_text=_("Type the number or part of the name and choose from the list."),
        )


class MoveRunForm(forms.Form):
    state = forms.ChoiceField(label=_("New state"))
    since = DayField(label=_("From the day"), initial=day_today)
    document = forms.CharField(label=_("Document"), max_length=100, required=False)
    certificate_no = forms.CharField(
        label=_("Certificate number"),
        max_length=80,
        required=False,
        help_text=_("Needed when the title is conferred."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed when the run is refused, revoked or withdrawn."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, states: list[IntegrityState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [(state.value, state.label) for state in states]


class CorrectDayForm(forms.Form):
    """One of the days of a run; a lapse follows from the others and is not among them."""

    prefix = "correct"
    event = forms.TypedChoiceField(label=_("State with a wrong day"), coerce=int)
    since = DayField(label=_("The right day"))
    reason = forms.CharField(label=_("Reason"), max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, events: list[IntegrityEvent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [
            (event.pk, f"{event.get_state_display()} {event.since:%Y-%m-%d}")
            for event in events
            if event.state != LAPSED
        ]


class ScoreForm(forms.Form):
    """Points and a note for each criterion of the set."""

    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, lines: list[ScoreLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = [line.criterion for line in lines]
        for line in lines:
            pk = line.criterion.pk
            self.fields[f"points-{pk}"] = forms.DecimalField(
                label=line.criterion.text,
                initial=line.points,
                max_digits=6,
                decimal_places=2,
                required=False,
            )
            self.fields[f"note-{pk}"] = forms.CharField(
                label=_("Note"), initial=line.note, max_length=300, required=False
            )

    def rows(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        """Each criterion with its two fields."""
        return [
            (item, self[f"points-{item.pk}"], self[f"note-{item.pk}"]) for item in self.criteria
        ]

    def points(self) -> dict[int, Decimal]:
        given = {item.pk: self.cleaned_data[f"points-{item.pk}"] for item in self.criteria}
        return {pk: value for pk, value in given.items() if value is not None}

    def notes(self) -> dict[int, str]:
        return {item.pk: self.cleaned_data[f"note-{item.pk}"] for item in self.criteria}


class DishonestyFilterForm(Filtering):
    q = forms.CharField(label=_("Entity, decision, ground"), max_length=100, required=False)
    standing = forms.ChoiceField(
        label=_("Listed"),
        choices=[*ALL, (LISTED, _("Listed today")), (OVER, _("Not listed today"))],
        required=False,
    )


class DishonestyForm(forms.Form):
    ground = forms.CharField(label=_("Ground"), max_length=300)
    decision_no = forms.CharField(label=_("Decision number"), max_length=80)
    decided_on = DayField(label=_("Decided on"))
    starts = DayField(label=_("First day"))
    ends = DayField(label=_("Last day"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"] = EntityField(user=user, label=_("Entity"))
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"))

    def data_for_service(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class RepairForm(forms.Form):
    repaired_on = DayField(label=_("No longer listed from"), initial=day_today)
    repair_document = forms.CharField(label=_("Document of the repair"), max_length=100)
    version = forms.IntegerField(widget=forms.HiddenInput())


class PublicSearchForm(forms.Form):
    """For pages that anybody may read: units are not chosen from an area but by name or code."""

    q = forms.CharField(label=_("Name or credit code"), max_length=60, required=False)
    place = forms.CharField(label=_("Region, name or code"), max_length=60, required=False)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


def initial_of(listed: DishonestyRecord | None, user: User) -> dict[str, Any]:
    if listed is None:
        return {"organisation": user.organisation, "starts": timezone.localdate()}
    names = ("ground", "decision_no", "decided_on", "starts", "ends", "entity", "organisation")
    return {name: getattr(listed, name) for name in (*names, "version")}
