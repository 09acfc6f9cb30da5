"""The shape of an answer to: which column of your table holds what?"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.submissions.forms import VersionForm
from metroplan.submissions.selectors.mapping import TableToMap

NAMING = {"code", "name"}
FIGURES = {"value", "amount", "numerator"}


class MappingForm(VersionForm):
    sheet = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    header = forms.IntegerField(
        label=_("Row of the headings"),
        min_value=1,
        error_messages={"required": _("Choose the row in which the headings stand.")},
    )

    def __init__(self, *args: Any, table: TableToMap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("not asked for"))]
        choices += [(column.key, column.title) for column in table.options]
        for column in table.columns:
            self.fields[f"column_{column.index}"] = forms.ChoiceField(
                label=_("Column {letter}").format(letter=column.letter),
                choices=choices,
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
                required=False,
                initial=column.part,
            )
        self.table = table

    def clean(self) -> dict[str, Any]:
        parts = list(self.columns.values())
        doubled = next((part for part in parts if parts.count(part) > 1), None)
        if doubled:
            title = next(item.title for item in self.table.options if item.key == doubled)
            text = _("“{part}” is chosen for two columns: choose one of them.")
            raise forms.ValidationError(text.format(part=title), code="doubled")
        if not NAMING & {*parts}:
            raise forms.ValidationError(
                _("Choose the column that names the measure, by its code or its name."),
                code="nameless",
            )
        if not FIGURES & {*parts}:
            raise forms.ValidationError(
                _("Choose the column that holds the figure."), code="figureless"
            )
        return self.cleaned_data

    @property
    def columns(self) -> dict[int, str]:
        """What was chosen, by 0-based column."""
        chosen = {
            column.index: self.cleaned_data.get(f"column_{column.index}", "")
            for column in self.table.columns
        }
        return {index: part for index, part in chosen.items() if part}

    @property
    def selects(self) -> list[forms.BoundField]:
        return [self[f"column_{column.index}"] for column in self.table.columns]
