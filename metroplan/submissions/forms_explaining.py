"""The form that answers the warnings about a version's figures."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.submissions.forms import VersionForm
from metroplan.submissions.models import Explanation
from metroplan.submissions.selectors.explanations import Warned
from metroplan.submissions.services.explanations import Said

LENGTH = Explanation._meta.get_field("text").max_length


class ExplanationsForm(VersionForm):
    """One field for each warning; those left blank are left for later."""

    def __init__(self, *args: Any, warned: Sequence[Warned], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warned = warned
        for item in warned:
            self.fields[self._name(item)] = forms.CharField(
                label=_("Explanation") if item.explained else _("Why is this figure right?"),
                initial=item.explanation.text if item.explanation else "",
                required=False,
                max_length=LENGTH,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @staticmethod
    def _name(item: Warned) -> str:
        return f"explain:{item.field}"

    def by_line(self) -> Iterator[tuple[Warned, forms.BoundField]]:
        return ((item, self[self._name(item)]) for item in self.warned)

    def said(self) -> list[Said]:
        texts = ((item, self.cleaned_data[self._name(item)]) for item in self.warned)
        return [Said(item.key, item.code, text) for item, text in texts if text]
