"""Refusals with a code and a sentence."""

from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

UNIQUE_VIOLATION = "23505"


class MetroplanError(Exception):
    """A refusal that a user can meet: a stable code, one clear sentence, an HTTP status.

    `fields` names the inputs it is about; `params` fill the sentence.
    """

    def __init__(
        self,
        code: str,
        message: Any,
        *,
        status: int = 409,
        fields: dict[str, list[str]] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.text = message
        self.status = status
        self.fields = fields or {}
        self.params = params

    @property
    def message(self) -> str:
        """The sentence in the language that is active now."""
        return str(self.text).format(**self.params)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def same_at_once(error: Exception) -> MetroplanError | None:
    """What two people met who entered the same in the same moment: each was told that it was free,
    and the table took the first. None for any other error."""
    code = getattr(error.__cause__, "pgcode", None)
    if not (isinstance(error, IntegrityError) and code == UNIQUE_VIOLATION):
        return None
    return MetroplanError(
        "request.same_at_once",
        _("The same was saved in this very moment: load the page again and look what is there."),
    )
