"""The shape of what is entered on a standard's page: states, certificates, grades, examinations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import User
from standards.forms.fields import StandardField, day_today
from standards.forms.lists import DayField
from standards.models import (
    Certificate,
    ControlRecord,
    Examination,
    ExaminationDocument,
    Grade,
    HolderKind,
    NationalLevel,
    Rank,
)
from standards.selectors.standard_detail import StandardDetail

DECISIONS = [choice for choice in Examination.Result.choices if choice[0]]


class MoveForm(forms.Form):
    to = forms.ChoiceField(label=_("New state"))
    since = DayField(label=_("From the day"), initial=day_today)
    document = forms.CharField(label=_("Document"), max_length=100, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("Needed for a day in the past: figures of past quarters are counted again."),
    )

    def __init__(self, *args: Any, user: User, choices: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = choices
        self.fields["replaced_by"] = StandardField(
            user=user,
            label=_("Replaced by"),
            required=False,
            help_text=_("Only for “Replaced”: number or part of the name."),
        )


class CertificateForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Certificate.Kind.choices)
    number = forms.CharField(label=_("Certificate number"), max_length=80)
    authority = forms.CharField(label=_("Issuing authority"), max_length=120, required=False)
    issued_on = DayField(label=_("Issued on"), required=False)
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(label=_("Valid until"), help_text=_("The last day is included."))
    file = forms.FileField(label=_("Scan"), required=False)

    def clean(self) -> dict[str, Any]:
        return in_order(self, "valid_from", "valid_until")


class RevokeForm(forms.Form):
    on = DayField(label=_("Not valid from"), initial=day_today)
    reason = forms.CharField(label=_("Reason"), max_length=500)


class GradeForm(forms.Form):
    since = DayField(label=_("From the day"), initial=day_today)
    change = forms.ChoiceField(label=_("Kind of change"), choices=Grade.Change.choices)
    rank = forms.ChoiceField(label=_("Rank"), choices=Rank.choices)
    national_level = forms.ChoiceField(
        label=_("Level in the country"), choices=NationalLevel.choices, required=False
    )
    document = forms.CharField(label=_("Document"), max_length=100, required=False)


class ApplyForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Examination.Kind.choices)
    authority = forms.CharField(label=_("Examining authority"), max_length=120, required=False)
    applied_on = DayField(label=_("Applied on"), initial=day_today)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class DecideForm(forms.Form):
    accepted_on = DayField(label=_("Accepted on"), required=False)
    examined_on = DayField(label=_("Examined on"), required=False)
    decided_on = DayField(label=_("Decided on"), initial=day_today)
    result = forms.ChoiceField(label=_("Result"), choices=DECISIONS)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        """`kinds` are those of the certificates that may be issued with a pass."""
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for kind, _label in kinds:
            for name, make in ISSUED.items():
                self.fields[f"{kind}_{name}"] = make()

    @property
    def issued(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Label and fields of each certificate."""
        return [(label, [self[f"{kind}_{name}"] for name in ISSUED]) for kind, label in self.kinds]

    def clean(self) -> dict[str, Any]:
        """The fields of the certificates become `certificates`, those left blank none."""
        data = dict(self.cleaned_data)
        certificates = []
        for kind, _label in self.kinds:
            given = {name: data.pop(f"{kind}_{name}", None) for name in ISSUED}
            if any(given.values()):
                certificates.append({"kind": kind} | given)
                self._check_certificate(kind, given)
        if certificates and data.get("result") not in (None, Examination.Result.PASSED):
            self.add_error("result", _("Only who passes gets certificates: leave theirs blank."))
        return data | {"certificates": certificates}

    def _check_certificate(self, kind: str, given: dict[str, Any]) -> None:
        for name in ("number", "valid_from", "valid_until"):
            if not given[name] and f"{kind}_{name}" not in self.errors:
                sentence = _("A certificate needs its number, its first day and its last day.")
                self.add_error(f"{kind}_{name}", sentence)


ISSUED = {
    "number": lambda: forms.CharField(label=_("Certificate number"), max_length=80, required=False),
    "issued_on": lambda: DayField(label=_("Issued on"), required=False),
    "valid_from": lambda: DayField(label=_("Valid from"), required=False),
    "valid_until": lambda: DayField(
        label=_("Valid until"), required=False, help_text=_("The last day is included.")
    ),
    "file": lambda: forms.FileField(label=_("Scan"), required=False),
}


def certificate_kinds(detail: StandardDetail) -> list[tuple[str, Any]]:
    """Only a public standard has a certificate of its own kind."""
    public = detail.standard.holder_kind == HolderKind.PUBLIC
    return [
        (kind.value, kind.label)
        for kind in Certificate.Kind
        if public or kind != Certificate.Kind.PUBLIC
    ]


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ExaminationDocument.Kind.choices)
    file = forms.FileField(label=_("File"))


class ControlForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ControlRecord.Kind.choices)
    measured_on = DayField(label=_("Measured on"), initial=day_today)
    result_text = forms.CharField(label=_("Result"), max_length=120)
    limit_text = forms.CharField(label=_("Limit"), max_length=120, required=False)
    conforms = forms.BooleanField(label=_("Conforms"), required=False, initial=True)


class AttachmentForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120)
    file = forms.FileField(label=_("File"))


def in_order(form: forms.Form, first: str, last: str) -> dict[str, Any]:
    """The later day stands at its field when it comes before the earlier."""
    begin, end = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if begin and end and end < begin:
        form.add_error(last, _("The last day must not come before the first."))
    return form.cleaned_data


def life_forms(user: User, detail: StandardDetail) -> dict[str, forms.Form]:
    """Every form of the page, empty, by its name there."""
    return {
        "move_form": MoveForm(user=user, choices=detail.next_states, prefix="move"),
        "certificate_form": CertificateForm(prefix="certificate"),
        "revoke_form": RevokeForm(prefix="revoke"),
        "grade_form": GradeForm(prefix="grade"),
        "apply_form": ApplyForm(prefix="apply"),
        "decide_form": DecideForm(prefix="decide", kinds=certificate_kinds(detail)),
        "document_form": DocumentForm(prefix="document"),
        "control_form": ControlForm(prefix="control"),
        "attachment_form": AttachmentForm(prefix="attachment"),
    }
