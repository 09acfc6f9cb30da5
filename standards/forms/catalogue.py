"""The shape of what people send about the catalogue, its kinds and exclusions, and coverage."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.common.naming import localised
from metroplan.common.periods import Period
from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import User
from metroplan.submissions.forms import ACCEPTED
from metroplan.submissions.forms_reporting import QuarterField
from standards.fields import FIELDS
from standards.forms.lists import ALL, LEVELS, DayField, NarrowingForm
from standards.models import (
    CatalogueItem,
    CatalogueVersion,
    InstrumentKind,
    KindGroup,
    LocalExclusion,
)
from standards.selectors.coverage_matrix import INSTITUTES, UNITS
from standards.services.catalogue import VersionFacts

ITEM = CatalogueItem._meta.get_field


def text_of(model: Any, name: str, **more: Any) -> forms.CharField:
    """A text field of the model's label and length."""
    field = model._meta.get_field(name)
    usual = {"label": field.verbose_name, "required": not field.blank}
    return forms.CharField(max_length=field.max_length, **usual | more)


class RevisionForm(forms.Form):
    """What its sender saw: what has changed since is not overwritten unseen."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class KindsField(forms.ModelMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=InstrumentKind.objects.order_by("field", "code"),
            label=_("Kinds of instruments"),
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            required=False,
            **kwargs,
        )

    def label_from_instance(self, kind: InstrumentKind) -> str:
        return f"{localised(kind, 'name')} ({kind.code})"


class VersionForm(RevisionForm):
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Letters, digits and hyphens, such as 2020; it stands in addresses."),
    )
    title = text_of(CatalogueVersion, "title")
    document = text_of(CatalogueVersion, "document", label=_("Document number"))
    effective_from = DayField(label=_("Effective from"))
    effective_to = DayField(
        label=_("Replaced on"),
        required=False,
        help_text=_("The first day it is not in force; empty while it goes on."),
    )
    ends_previous = forms.BooleanField(
        label=_("The version before ends on the first day of this one"), required=False
    )
    is_demonstration = forms.BooleanField(
        label=_("For demonstration only, not an official denominator"), required=False
    )
    note = text_of(CatalogueVersion, "note", widget=forms.Textarea(attrs={"rows": 2}))

    def facts(self) -> VersionFacts:
        names = VersionFacts.__dataclass_fields__
        return VersionFacts(**{name: self.cleaned_data[name] for name in names})


def table_field() -> forms.FileField:
    return forms.FileField(
        label=_("Table"),
        max_length=255,
        allow_empty_file=True,
        error_messages={"required": _("Choose the table first.")},
        help_text=_("xlsx, xls, ods or csv; the columns are named below."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "class": "form-control"}),
    )


class NewVersionForm(VersionForm):
    """A version with its table."""

    file = table_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_previous"].initial = True


class TableForm(forms.Form):
    file = table_field()


class ItemForm(RevisionForm):
    name = text_of(CatalogueItem, "name")
    regulation = forms.ChoiceField(
        label=ITEM("regulation").verbose_name, choices=CatalogueItem.Regulation.choices
    )
    mode = forms.ChoiceField(
        label=ITEM("mode").verbose_name,
        choices=[("", "—"), *CatalogueItem.Mode.choices],
        required=False,
    )
    scope_note = text_of(CatalogueItem, "scope_note", widget=forms.Textarea(attrs={"rows": 3}))
    official_serial = text_of(CatalogueItem, "official_serial")
    certainty = forms.ChoiceField(
        label=ITEM("certainty").verbose_name, choices=CatalogueItem.Certainty.choices
    )
    certainty_note = text_of(CatalogueItem, "certainty_note")
    kinds = KindsField(
        help_text=_("A standard covers the item if it verifies at least one of these kinds.")
    )

    def values(self) -> dict[str, Any]:
        left = ("revision", "kinds")
        return {name: value for name, value in self.cleaned_data.items() if name not in left}


class KindForm(RevisionForm):
    name_zh = text_of(InstrumentKind, "name_zh")
    name_en = text_of(InstrumentKind, "name_en")
    field = forms.ChoiceField(
        label=_("Professional field"), choices=[("", "—"), *FIELDS], required=False
    )

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class NewKindForm(KindForm):
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Letters, digits and hyphens; it stays as it is."),
    )
    field_order = ["code"]


class GroupForm(RevisionForm):
    name_zh = text_of(KindGroup, "name_zh")
    name_en = text_of(KindGroup, "name_en")
    note = text_of(KindGroup, "note", widget=forms.Textarea(attrs={"rows": 2}))
    kinds = KindsField()

    def values(self) -> dict[str, Any]:
        left = ("revision", "kinds")
        return {name: value for name, value in self.cleaned_data.items() if name not in left}


class NewGroupForm(GroupForm):
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Letters, digits and hyphens; it stays as it is."),
    )
    field_order = ["code"]


class ItemField(forms.ModelChoiceField):
    def label_from_instance(self, item: CatalogueItem) -> str:
        return f"{item.code} {item.name} ({item.version.code})"


class ExclusionForm(forms.Form):
    """`counted` are the items that a local exclusion can take out."""

    valid_from = DayField(label=pgettext_lazy("day", "From"))
    valid_to = DayField(
        label=_("Up to"), required=False, help_text=_("The first day on which it counts again.")
    )
    document = text_of(LocalExclusion, "document", label=_("Document number"))
    reason = text_of(LocalExclusion, "reason", widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self, *args: Any, user: User, counted: QuerySet[CatalogueItem], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"] = ItemField(counted, label=_("Item"))
        self.fields["organisation"] = UnitField(user=user, label=_("Unit, name or code"))
        self.order_fields(["item", "organisation"])


class EndForm(forms.Form):
    valid_to = DayField(
        label=_("Counts again from"), help_text=_("The first day on which it counts again.")
    )


def group_choice(every: Promise) -> forms.ModelChoiceField:
    """`every` is said where no group is chosen."""
    return forms.ModelChoiceField(
        KindGroup.objects.order_by("code"),
        label=_("Group"),
        to_field_name="code",
        required=False,
        empty_label=every,
    )


class ItemFilterForm(forms.Form):
    q = forms.CharField(label=_("Code, name or kind"), max_length=60, required=False)
    regulation = forms.ChoiceField(
        label=_("Regulation"), choices=[*ALL, *CatalogueItem.Regulation.choices], required=False
    )
    certainty = forms.ChoiceField(
        label=_("Certainty"), choices=[*ALL, *CatalogueItem.Certainty.choices], required=False
    )
    group = group_choice(_("All"))

    def chosen(self) -> dict[str, Any]:
        """To narrow a list by; what is not understood narrows nothing."""
        self.is_valid()
        given = {name: self.cleaned_data.get(name) or "" for name in ("regulation", "certainty")}
        text = self.cleaned_data.get("q", "")
        return given | {"text": text, "group": self.cleaned_data.get("group")}


class KindFilterForm(forms.Form):
    q = forms.CharField(label=_("Code or name"), max_length=60, required=False)
    field = forms.ChoiceField(
        label=_("Professional field"), choices=[*ALL, *FIELDS], required=False
    )
    group = group_choice(_("All"))

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        group = self.cleaned_data.get("group")
        return {
            "text": self.cleaned_data.get("q", ""),
            "field": self.cleaned_data.get("field", ""),
            "group": group.code if group else "",
        }


class CoverageForm(NarrowingForm):
    """Which coverage is looked at. Every field may be left as it is."""

    day = DayField(label=_("On the day"), required=False)
    level = forms.ChoiceField(
        label=_("Standards of the level"),
        choices=[("", _("All levels")), ("city,county", _("City and county")), *LEVELS],
        required=False,
    )
    across = forms.ChoiceField(
        label=pgettext_lazy("matrix", "Columns"),
        choices=[(UNITS, _("Units below")), (INSTITUTES, _("Institutes"))],
        required=False,
    )
    horizon = QuarterField(label=_("If nothing is renewed by the end of quarter"), required=False)
    group = group_choice(_("All items"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["organisation", "day", "level", "across", "horizon", "group"])

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        day, horizon = found.get("day"), found.get("horizon")
        if day and horizon and horizon < Period.containing(day):
            self.add_error("horizon", _("This quarter is over before the day: choose a later one."))
        return found

    @property
    def levels(self) -> list[str] | None:
        return list(filter(None, self.cleaned_data.get("level", "").split(","))) or None
