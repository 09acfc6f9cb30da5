"""Refusals with a code and a sentence."""

from typing import Any


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
