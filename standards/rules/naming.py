"""Names of measurement standards by JJF 1022: a device (装置) or a material measure (器, 器组)."""

from collections.abc import Sequence

from metroplan.common.text import normalise
from standards.rules.faults import Fault

ENDINGS = (
    "标准装置", "检定装置", "校准装置", "检定校准装置", "标准器组", "标准器",
)  # fmt: skip
"""What stands before is the main standard, the quantity, or the instrument under test."""


def problems(name: str, endings: Sequence[str] = ENDINGS) -> list[Fault]:
    text = normalise(name)
    if not text:
        return [Fault("name.missing")]
    ending = max((end for end in endings if text.endswith(end)), key=len, default="")
    if not ending:
        return [Fault("name.ending", {"value": text, "endings": "、".join(endings)})]
    if not text.removesuffix(ending):
        return [Fault("name.only_ending", {"value": text})]
    return []
