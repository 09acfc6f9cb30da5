"""The shape of what is typed about a change of the map. The rules are the service's."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.forms import UnitField
from metroplan.organisations.map_changes import ChangeOrder, Successor
from metroplan.organisations.models import ChangeKind, Level, Organisation, User

CODES = re.compile(r"\d{6}(?:-Z\d{1,2})?", re.ASCII)
ROWS = {ChangeKind.RENAME: 1, ChangeKind.MERGE: 1, ChangeKind.SPLIT: 4}
SEVERAL = {ChangeKind.MERGE, ChangeKind.TRANSFER, ChangeKind.ABOLISH}


class UnitsField(forms.CharField):
    """One or more units by their codes; names beside them do not matter."""

    default_error_messages = {
        "unknown_unit": _("There is no unit with the code “%(code)s” in your area; type its code."),
        "no_code": _("Type the unit's code of six digits."),
    }

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(max_length=600, **kwargs)

    def clean(self, value: Any) -> list[Organisation]:
        codes = list(dict.fromkeys(CODES.findall(super().clean(value))))
        if not codes:
            raise forms.ValidationError(self.error_messages["no_code"], code="no_code")
        visible = Organisation.objects.visible_to(self.user).filter(code__in=codes)
        found = {unit.code: unit for unit in visible}
        if missing := [code for code in codes if code not in found]:
            raise forms.ValidationError(
                self.error_messages["unknown_unit"],
                code="unknown_unit",
                params={"code": ", ".join(missing)},
            )
        return [found[code] for code in codes]


class MapChangeForm(forms.Form):
    effective_on = forms.DateField(
        label=_("Effective on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day of the new map. A day to come takes effect on that day."),
    )
    document = forms.CharField(
        label=_("Document"),
        max_length=200,
        help_text=_("Number or title of the document that decided the change."),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    field_order = ["units", "parent", "effective_on", "document", "note", "heir"]

    def __init__(self, *args: Any, user: User, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        several = kind in SEVERAL
        self.fields["units"] = UnitsField(
            user=user,
            label=_("Units") if several else _("Unit"),
            help_text=_("Codes; separate several by a comma.") if several else _("Its code."),
        )
        if kind != ChangeKind.ABOLISH:
            moves = kind == ChangeKind.TRANSFER
            self.fields["parent"] = UnitField(
                user=user,
                label=_("New unit above"),
                required=moves,
                help_text="" if moves else _("Only where new units stand under another unit."),
            )
        if kind == ChangeKind.SPLIT:
            self.fields["heir"] = forms.CharField(
                label=_("Takes over plans and forms"),
                max_length=120,
                required=False,
                help_text=_(
                    "Code of one part; needed only where the divided unit ends and owns a plan, an "
                    "indicator or a reporting form."
                ),
            )
        self.kind = kind
        self.order_fields(self.field_order)

    def order(self, successors: list[Successor]) -> ChangeOrder:
        data = self.cleaned_data
        return ChangeOrder(
            kind=self.kind,
            effective_on=data["effective_on"],
            units=tuple(data["units"]),
            document=data["document"],
            successors=tuple(successors),
            parent=data.get("parent"),
            note=data["note"],
            heir=data.get("heir", "").split(" ")[0],
        )


class SuccessorForm(forms.Form):
    """A row of which nothing is typed is no successor."""

    code = forms.CharField(label=_("Code"), max_length=120)
    name_zh = forms.CharField(label=_("Chinese name, if new"), max_length=100, required=False)
    name_en = forms.CharField(label=_("English name, if new"), max_length=150, required=False)
    level = forms.ChoiceField(
        label=_("Level, if new"),
        choices=[("", _("As before")), *Level.choices],
        required=False,
    )
    weight = forms.DecimalField(
        label=_("Share"),
        max_digits=7,
        decimal_places=6,
        min_value=Decimal(0),
        max_value=Decimal(1),
        required=False,
    )

    def __init__(self, *args: Any, user: User, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if kind == ChangeKind.SPLIT:
            self.fields["code"].required = False
        else:
            del self.fields["weight"]
        if kind == ChangeKind.RENAME:
            self.fields["name_zh"].required = True
            self.fields["name_zh"].label = _("New Chinese name")
            self.fields["name_en"].label = _("New English name")
            self.fields["level"].label = _("Level")
            self.fields["code"].label = _("New code")
            self.fields["code"].help_text = _("The same code where only the name changes.")

    def clean_code(self) -> str:
        """A code, with or without a name behind it; not that of a unit of another area."""
        code = self.cleaned_data["code"].split(" ")[0]
        if not code and self.has_changed():
            raise forms.ValidationError(_("Type the code of this part."), code="required")
        taken = Organisation.objects.filter(code=code).first()
        if taken and not taken.path.startswith(self.user.organisation.path):
            raise forms.ValidationError(
                _("The unit “%(code)s” is not in your area; type another code."),
                code="unknown_unit",
                params={"code": code},
            )
        return code

    def successor(self) -> Successor:
        data = self.cleaned_data
        weight = data.get("weight") if "weight" in self.fields else Decimal(1)
        return Successor(
            data["code"], weight or Decimal(0), data["name_zh"], data["name_en"], data["level"]
        )


class SuccessorFormSet(forms.BaseFormSet):
    def successors(self) -> list[Successor]:
        return [form.successor() for form in self.forms if form.has_changed()]


def successor_formset(kind: str, user: User, data: Any) -> SuccessorFormSet:
    rows = ROWS.get(kind, 0)
    factory = forms.formset_factory(
        SuccessorForm, formset=SuccessorFormSet, extra=rows, max_num=rows, absolute_max=20
    )
    formset = factory(data, prefix="to", form_kwargs={"user": user, "kind": kind})
    for form in formset.forms if kind != ChangeKind.SPLIT else []:
        form.empty_permitted = False
        form.use_required_attribute = True
    return formset
