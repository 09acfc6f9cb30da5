"""The shape of what is sent with a large file."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.submissions.bulk.registry import BulkKind
from metroplan.submissions.forms import VersionForm
from metroplan.submissions.models import BulkImport


class DeclineForm(VersionForm):
    reason = forms.CharField(
        label=_("Why the file is not taken over"),
        max_length=BulkImport._meta.get_field("reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Write why the file is declined: who sent it reads exactly this.")
        },
    )


class BulkForm(forms.Form):
    kind = forms.ChoiceField(label=_("What the file holds"))
    document = forms.CharField(
        label=_("Document that vouches for it"),
        max_length=BulkImport._meta.get_field("document").max_length,
        help_text=_("Title or number of the paper by which the figures were given."),
        error_messages={"required": _("Name the document that vouches for these figures.")},
    )
    file = forms.FileField(
        label=_("File"),
        max_length=255,
        allow_empty_file=True,
        error_messages={"required": _("Choose the file first.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods"}),
    )

    def __init__(self, *args: Any, kinds: Iterable[BulkKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.key, kind.title) for kind in kinds]
