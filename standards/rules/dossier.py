"""Which documents an examination needs."""

FIRST = frozenset(
    {"application", "technical_report", "equipment_certificate", "original_record", "staff"}
)
AGAIN = frozenset(
    {"application", "technical_report", "equipment_certificate", "original_record", "staff"}
    | {"former_certificate", "repeatability", "stability"}
)


def missing(kind: str, present: set[str]) -> list[str]:
    """Kinds of documents that are not there yet; `kind` is first or again."""
    return sorted((FIRST if kind == "first" else AGAIN) - present)
