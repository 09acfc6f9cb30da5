"""What the figures of supervision are read from."""

from enum import StrEnum


class Source(StrEnum):
    """Who writes there says so, see services/touching.py."""

    INSTRUMENTS = "instruments"
    LOTS = "lots"
    CAMPAIGNS = "campaigns"
    INSPECTIONS = "inspections"
    FINDINGS = "findings"
    CASES = "cases"
    INTEGRITY = "integrity"
