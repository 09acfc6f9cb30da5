"""The shape of what is sent when a form is decided on."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.submissions.forms import VersionForm
from metroplan.submissions.models import Correction, ReturnedLine, ReviewDecision

LINE = "line:"
"""What the name of a field begins with that says why one line is returned."""

REASON_LENGTH = ReviewDecision._meta.get_field("reason").max_length
LINE_LENGTH = ReturnedLine._meta.get_field("reason").max_length
ANSWER_LENGTH = Correction._meta.get_field("answer").max_length


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DecisionForm(VersionForm):
    """`prefix_id` keeps the ids of several such forms on one page apart."""

    prefix_id = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{self.prefix_id}_%s", **kwargs)


class ReturnForm(DecisionForm):
    """A reason for the whole form, or one beside each line that is to change."""

    prefix_id = "return"

    reason = forms.CharField(
        label=_("Reason for returning it"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=_(
            "Say what is to change; the unit reads exactly this. A reason for one line is written "
            "beside the line."
        ),
        widget=area(4),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["lines"] = self.lines()
        if "reason" in cleaned and not cleaned["reason"].strip() and not cleaned["lines"]:
            self.add_error(
                "reason",
                _("Write why the form is returned, so that the unit knows what to change."),
            )
        if any(len(text) > LINE_LENGTH for text in cleaned["lines"].values()):
            self.add_error(
                "reason",
                _("The reason for one line is longer than {limit} characters: shorten it.").format(
                    limit=LINE_LENGTH
                ),
            )
        return cleaned

    def lines(self) -> dict[str, str]:
        """By key, what was written beside the lines."""
        if not self.is_bound:
            return self.initial.get("lines", {})
        typed = {name[len(LINE) :]: text for name, text in self.data.items() if _is_line(name)}
        return {key: text.strip() for key, text in typed.items() if text.strip()}


class UnapproveForm(DecisionForm):
    """`units` are offered; whether the approval of one may be withdrawn, the service says."""

    prefix_id = "unapprove"
    unit = forms.CharField(
        label=_("Whose approval"), max_length=20, required=False, widget=forms.Select
    )
    reason = forms.CharField(
        label=_("Reason for withdrawing it"), max_length=REASON_LENGTH, widget=area(3)
    )

    def __init__(self, *args: Any, units: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].widget.choices = [(unit.code, unit.name) for unit in units]


class ReopenForm(DecisionForm):
    prefix_id = "reopen"
    reason = forms.CharField(
        label=_("Reason for reopening it"), max_length=REASON_LENGTH, widget=area(3)
    )
    due_on = forms.DateField(
        label=_("New deadline"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class CorrectionForm(DecisionForm):
    prefix_id = "correction"
    lines = forms.MultipleChoiceField(
        label=_("Lines to correct"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Choose the lines that are to be corrected.")},
    )
    reason = forms.CharField(
        label=_("Why they are to be corrected"), max_length=REASON_LENGTH, widget=area(3)
    )

    def __init__(self, *args: Any, lines: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = list(lines.items())


class AnswerForm(forms.Form):
    """`grant` is yes or no, from the button that was pressed."""

    answer = forms.CharField(
        label=_("Answer to the unit"), max_length=ANSWER_LENGTH, required=False, widget=area(3)
    )
    grant = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


def _is_line(name: str) -> bool:
    return name.startswith(LINE)
