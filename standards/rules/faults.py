"""What a rule has against an entry: a code and what its sentence needs (see `wording`)."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    params: dict[str, Any] = field(default_factory=dict)


class Refused(ValueError):
    """A text that cannot be read; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def refuse(code: str, **params: Any) -> Refused:
    return Refused(Fault(code, params))
