"""The shape of what is typed about campaigns, inspectors and draws."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import Organisation, User
from metroplan.plans.models import PlanTask
from standards.forms.fields import day_today
from standards.forms.lists import ALL, DayField
from standards.models import InstrumentKind
from supervision.forms.fields import EntityField
from supervision.models import Campaign, Entity, Inspector
from supervision.states import CampaignState

BAR = "|"
MOST_LINES, LONGEST_LIST = 200, 100_000
TYPE_A_UNIT = _("Type the code, or part of the name and choose from the list.")
ONE_PER_LINE = _("One on each line.")


class LinesField(forms.CharField):
    """Short texts, one on each line."""

    widget = forms.Textarea(attrs={"rows": 3})
    default_error_messages = {
        "too_long": _("“%(text)s” is too long: at most %(limit)s characters on a line."),
        "too_many": _("%(count)s lines are too many: at most %(limit)s are kept."),
    }

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(**({"required": False, "help_text": ONE_PER_LINE} | kwargs))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        found = list(dict.fromkeys(filter(None, lines)))
        if len(found) > MOST_LINES:
            raise forms.ValidationError(
                self.error_messages["too_many"],
                code="too_many",
                params={"count": len(found), "limit": MOST_LINES},
            )
        if long := next((line for line in found if len(line) > self.limit), None):
            raise forms.ValidationError(
                self.error_messages["too_long"],
                code="too_long",
                params={"text": long[:30], "limit": self.limit},
            )
        return found


class NumbersField(forms.CharField):
    """Register numbers or certificates, apart by blanks or commas."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"required": False, "max_length": LONGEST_LIST} | kwargs))

    def clean(self, value: Any) -> list[str]:
        return sorted({*filter(None, re.split(r"[\s,，、;；]+", super().clean(value)))})


class ChecklistField(LinesField):
    """Points of a checklist, each (text, basis): the basis stands behind a vertical bar."""

    def __init__(self, **kwargs: Any) -> None:
        hint = _("One point on each line; its legal basis may stand behind a vertical bar “|”.")
        widget = forms.Textarea(attrs={"rows": 8})
        super().__init__(limit=460, help_text=hint, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f" {BAR} ".join(filter(None, point)) for point in value)
        return value

    def clean(self, value: Any) -> list[tuple[str, str]]:
        points = []
        for line in super().clean(value):
            text, _bar, basis = (part.strip() for part in line.partition(BAR))
            if len(text) > 300 or len(basis) > 160:
                raise forms.ValidationError(
                    self.error_messages["too_long"],
                    code="too_long",
                    params={"text": line[:30], "limit": 160 if len(text) <= 300 else 300},
                )
            if text:
                points.append((text, basis))
        return points


class TaskChoice(forms.ModelChoiceField):
    def label_from_instance(self, task: PlanTask) -> str:
        return f"{task.plan.title} · {task.number} {task.title}"


class KindsChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, kind: InstrumentKind) -> str:
        return kind.name


class CampaignFilterForm(forms.Form):
    q = forms.CharField(label=_("Number, title or basis"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=ALL + Campaign.Kind.choices, required=False)
    state = forms.ChoiceField(label=_("State"), choices=ALL + CampaignState.choices, required=False)
    on = DayField(label=_("Runs on"), required=False)
    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"), required=False)

    def chosen(self) -> dict[str, Any]:
        """What was understood; a value that is not leaves the list as it is."""
        self.is_valid()
        return self.cleaned_data


class CampaignForm(forms.Form):
    number = forms.CharField(
        label=_("Register number"),
        max_length=40,
        required=False,
        help_text=_("Leave it blank for the next number of the unit."),
    )
    title = forms.CharField(label=_("Title of the campaign"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=Campaign.Kind.choices)
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    starts = DayField(label=_("First day"))
    ends = DayField(label=pgettext_lazy("campaign", "Last day"))
    departments = LinesField(label=_("Joint departments"), limit=80)
    commodities = LinesField(label=_("Commodities"), limit=60)
    entity_kinds = forms.MultipleChoiceField(
        label=_("Kinds of entities"),
        choices=Entity.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    checklist = ChecklistField(label=_("Checklist"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(
            user=user, label=_("Leading unit"), help_text=TYPE_A_UNIT
        )
        tasks = PlanTask.objects.visible_to(user).select_related("plan")
        self.fields["task"] = TaskChoice(
            label=_("Task of a plan"),
            queryset=tasks.order_by("plan__code", "position"),
            required=False,
        )
        self.fields["kinds"] = KindsChoice(
            label=_("Instrument kinds"),
            queryset=InstrumentKind.objects.order_by("code"),
            to_field_name="code",
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def data_for_service(self) -> dict[str, Any]:
        left = {"version", "checklist"}
        data = {name: value for name, value in self.cleaned_data.items() if name not in left}
        return data | {"kinds": list(data["kinds"])}


def campaign_initial(campaign: Campaign) -> dict[str, Any]:
    names = ("number", "title", "kind", "legal_basis", "starts", "ends", "departments")
    names += ("commodities", "entity_kinds", "version", "organisation", "task")
    return {name: getattr(campaign, name) for name in names} | {
        "kinds": [kind.code for kind in campaign.kinds.all()],
        "checklist": list(campaign.checklist.values_list("text", "basis")),
    }


class MoveCampaignForm(forms.Form):
    to = forms.ChoiceField(label=_("New state"))
    summary = forms.CharField(
        label=_("Result"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to finish the campaign: it is published with it."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, choices: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = choices


class PublishForm(forms.Form):
    on = DayField(label=_("Public from"), initial=day_today)
    version = forms.IntegerField(widget=forms.HiddenInput())


class TargetForm(forms.Form):
    """What one unit is to inspect; blank asks for nothing."""

    entities = forms.IntegerField(label=_("Entities"), min_value=0, max_value=10**6, required=False)
    instruments = forms.IntegerField(
        label=_("Instruments"), min_value=0, max_value=10**7, required=False
    )
    lots = forms.IntegerField(label=_("Lots"), min_value=0, max_value=10**6, required=False)

    def __init__(self, *args: Any, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, prefix=unit.code, **kwargs)
        self.unit = unit


class DrawForm(forms.Form):
    """From what is drawn, and how much."""

    entities_wanted = forms.IntegerField(label=_("Entities to draw"), min_value=1, max_value=5000)
    inspectors_each = forms.IntegerField(
        label=_("Inspectors for each"), min_value=1, max_value=10, initial=2
    )
    entity_kinds = forms.MultipleChoiceField(
        label=_("Kinds of entities"),
        choices=Entity.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen takes in all kinds."),
    )
    key_energy_user = forms.BooleanField(label=_("Only key energy-using units"), required=False)
    not_since = DayField(
        label=_("Not inspected since"),
        required=False,
        help_text=_("Entities inspected on this day or later are left out."),
    )
    excluded = NumbersField(
        label=_("Entities left out"), help_text=_("Register numbers, apart by blanks or commas.")
    )
    excluded_inspectors = NumbersField(
        label=_("Inspectors left out"),
        help_text=_("Certificate numbers, apart by blanks or commas."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(
            user=user, label=_("Unit that draws"), help_text=TYPE_A_UNIT
        )

    def filters(self) -> dict[str, Any]:
        """As they are stored with the draw."""
        names = ("entity_kinds", "key_energy_user", "excluded", "excluded_inspectors")
        day = self.cleaned_data["not_since"]
        chosen = {name: self.cleaned_data[name] for name in names}
        return chosen | {"not_since": day.isoformat() if day else ""}


class InspectorFilterForm(forms.Form):
    q = forms.CharField(label=_("Certificate or name"), max_length=60, required=False)
    conflicts = forms.BooleanField(label=_("With a conflict"), required=False)
    lapsed = forms.BooleanField(label=_("Also lapsed certificates"), required=False)
    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"), required=False)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


class InspectorForm(forms.Form):
    certificate_no = forms.CharField(label=_("Certificate number"), max_length=60)
    name = forms.CharField(
        label=_("Name"), max_length=60, required=False, help_text=_("It may stay blank.")
    )
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(label=_("Valid until"), help_text=_("The last day is included."))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"), help_text=TYPE_A_UNIT)


def inspector_initial(inspector: Inspector) -> dict[str, Any]:
    names = ("certificate_no", "name", "valid_from", "valid_until", "organisation")
    return {name: getattr(inspector, name) for name in names}


class ConflictForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason of the conflict"),
        max_length=200,
        help_text=_("Such as: a relative owns it, worked there, holds shares."),
    )
    valid_from = DayField(label=_("From the day"), initial=day_today)
    valid_until = DayField(label=_("Up to the day"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"] = EntityField(user=user, label=_("Entity"))
        self.order_fields(["entity"])


class EndConflictForm(forms.Form):
    on = DayField(label=_("Last day of the conflict"), initial=day_today)
