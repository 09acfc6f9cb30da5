"""The shape of what is sent for many units at once."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.submissions.forms import ACCEPTED

VERSIONS = re.compile(r"\d{1,12}:\d{1,9}( \d{1,12}:\d{1,9})*", re.ASCII)


class JointSubmitForm(forms.Form):
    """`versions` is `pk:version` of every form as its sender saw it."""

    versions = forms.CharField(widget=forms.HiddenInput, max_length=100_000)

    def clean_versions(self) -> dict[int, int]:
        text = self.cleaned_data["versions"]
        if not VERSIONS.fullmatch(text):
            raise forms.ValidationError(
                _("The page is out of date: load it again."), code="invalid"
            )
        pairs = (item.split(":") for item in text.split())
        return {int(key): int(version) for key, version in pairs}


class JointUploadForm(JointSubmitForm):
    file = forms.FileField(
        label=_("Filled-in workbook"),
        max_length=255,
        allow_empty_file=True,
        error_messages={"required": _("Choose the filled-in file first.")},
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "class": "form-control"}),
    )
