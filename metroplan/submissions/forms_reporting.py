"""The shape of what staff send on the pages of reporting forms and the reporting matrix."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period
from metroplan.common.templatetags.metroplan import period as period_text
from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import Level, Organisation, User
from metroplan.submissions.models import FormReminder, ReportingForm
from metroplan.submissions.registry import registry
from metroplan.submissions.services.forms import USUAL_REMINDERS, FormValues, Reminder

REVIEWING = [(level.value, level.label) for level in (Level.COUNTY, Level.CITY, Level.PROVINCE)]
FILLING = [("", _("None")), *REVIEWING]
BEFORE, AFTER = "before", "after"
MOST_DAYS = 60
SPARE_ROWS = 2


class QuarterField(forms.CharField):
    """A quarter written like 2026Q3."""

    default_error_messages = {
        "not_a_quarter": _("“%(value)s” is not a quarter: write it like 2024Q3.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, **kwargs)

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        try:
            return Period.parse(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(
                self.error_messages["not_a_quarter"],
                code="not_a_quarter",
                params={"value": text},
            ) from error


class ChangeFormForm(forms.Form):
    """What staff decide about a form that is there."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=160)
    level = forms.ChoiceField(
        label=_("Filled by the units of the level"),
        choices=FILLING,
        required=False,
        help_text=_("Those below the owner; management zones report beside the counties."),
    )
    owner_fills = forms.BooleanField(label=_("The owner itself fills it too"), required=False)
    opens = QuarterField(label=_("First quarter"), help_text=_("Written like 2026Q3."))
    closes = QuarterField(
        label=_("Last quarter"), required=False, help_text=_("Empty while the form goes on.")
    )
    deadline_working_days = forms.IntegerField(
        label=_("Working days to report"),
        min_value=1,
        max_value=250,
        initial=15,
        help_text=_("After the quarter's last day; holidays and make-up days are counted."),
    )
    review_levels = forms.MultipleChoiceField(
        label=_("Levels that review"),
        choices=REVIEWING,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every unit between the reporting one and the owner."),
    )

    def values(self) -> FormValues:
        names = ("name_zh", "name_en", "level", "owner_fills", "opens", "closes")
        names += ("deadline_working_days", "review_levels")
        return FormValues(**{name: self.cleaned_data[name] for name in names})


class NewFormForm(ChangeFormForm):
    code = forms.SlugField(
        label=_("Code"),
        max_length=80,
        help_text=_("Letters, digits and hyphens, such as city-own-2026; it stays as it is."),
    )
    kind = forms.ChoiceField(label=_("Kind of sheet"))
    field_order = ["code", "kind", "owner"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = UnitField(
            user=user,
            label=_("Owner"),
            help_text=_("The unit that collects the figures and approves last."),
        )
        kinds = registry.keys()
        self.fields["kind"].choices = [(key, key) for key in kinds]
        if len(kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
            self.fields["kind"].initial = kinds[0]
        self.order_fields(self.field_order)


class ReminderForm(forms.Form):
    """One reminder; a row without days is none."""

    days = forms.IntegerField(
        label=_("Working days"), min_value=0, max_value=MOST_DAYS, required=False
    )
    when = forms.ChoiceField(
        label=_("When"), choices=[(BEFORE, _("before the due day")), (AFTER, _("after it"))]
    )
    to = forms.ChoiceField(label=_("Who is told"), choices=FormReminder.To.choices)

    def reminder(self) -> Reminder | None:
        days = self.cleaned_data.get("days")
        if days is None:
            return None
        return (days if self.cleaned_data["when"] == BEFORE else -days, self.cleaned_data["to"])


ReminderRows = forms.formset_factory(ReminderForm, extra=SPARE_ROWS, max_num=20)


def reminder_rows(form: ReportingForm | None, data: Any = None) -> forms.BaseFormSet:
    known = [(row.days, row.to) for row in form.reminders.all()] if form else USUAL_REMINDERS
    initial = [
        {"days": abs(days), "when": AFTER if days < 0 else BEFORE, "to": to} for days, to in known
    ]
    return ReminderRows(data, initial=initial, prefix="reminders")


def reminders_of(rows: forms.BaseFormSet) -> list[Reminder]:
    """Those of a valid formset, each once."""
    return list(dict.fromkeys(filter(None, (row.reminder() for row in rows))))


def initial_of(form: ReportingForm) -> dict[str, Any]:
    names = ("name_zh", "name_en", "level", "owner_fills", "deadline_working_days")
    return {name: getattr(form, name) for name in names} | {
        "opens": str(form.opens),
        "closes": str(form.closes or ""),
        "review_levels": form.review_levels,
    }


class FormUnitForm(forms.Form):
    fills = forms.TypedChoiceField(
        label=_("Exception"),
        choices=[("yes", _("fills it")), ("no", _("does not fill it")), ("", _("as its level"))],
        coerce=lambda text: text == "yes",
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(
            user=user,
            label=_("Unit"),
            help_text=_("Type the code, or part of the name and choose from the list."),
        )
        self.order_fields(["unit", "fills"])


class QuarterForm(forms.Form):
    period = QuarterField(label=_("Quarter"))


class MatrixForm(forms.Form):
    """What the matrix shows; whatever is not understood falls back to the usual."""

    form = forms.ChoiceField(label=_("Form"), required=False)
    until = forms.ChoiceField(label=_("Up to"), required=False)

    def __init__(
        self,
        *args: Any,
        user: User,
        offered: list[ReportingForm],
        quarters: list[Period],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(
            user=user, label=_("Unit, name or code"), required=False
        )
        self.fields["form"].choices = [(form.code, form.name) for form in offered]
        self.fields["until"].choices = [
            ("", _("Newest quarter")),
            *((str(quarter), period_text(quarter)) for quarter in quarters),
        ]
        self.order_fields(["form", "organisation", "until"])

    def unit(self) -> Organisation | None:
        return self.cleaned_data.get("organisation")
