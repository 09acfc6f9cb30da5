"""The words of the rules, equal to those the models store, and the thresholds they use."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

RULE_VERSION = 1


class Kind(StrEnum):
    COUNT = "count"
    RATIO = "ratio"
    YES_NO = "yes_no"


class Accumulation(StrEnum):
    STOCK = "stock"
    FLOW = "flow"


class Window(StrEnum):
    AS_IS = "as_is"
    SINCE_PLAN_START = "since_plan_start"
    CALENDAR_YEAR = "calendar_year"


class RollUpRule(StrEnum):
    SUM = "sum"
    RATIO = "ratio"
    MEAN = "mean"
    SHARE = "share"
    OWN = "own"


class FigureState(StrEnum):
    VALUE = "value"
    ZERO = "zero"
    NOT_APPLICABLE = "not_applicable"


class Comparator(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EQUAL = "equal"
    RANGE = "range"
    DONE = "done"


class Basis(StrEnum):
    ABSOLUTE = "absolute"
    GROWTH_PERCENT = "growth_percent"


class Mode(StrEnum):
    REACH = "reach"
    MAINTAIN = "maintain"


class Status(StrEnum):
    NO_DATA = "no_data"
    STALE = "stale"
    ACHIEVED = "achieved"
    MISSED = "missed"
    DUE_SOON = "due_soon"
    NOT_DUE = "not_due"
    BASELINE = "baseline"
    REGRESSING = "regressing"
    AHEAD = "ahead"
    ON_TRACK = "on_track"
    SLIGHTLY_BEHIND = "slightly_behind"
    BEHIND = "behind"
    SERIOUSLY_BEHIND = "seriously_behind"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one status ends and the next begins; a change makes a new version.

    The first four are schedule ratios, `approximate_share` the part of an approximate target
    (左右) that meets it, `maintain_tolerance` a part of the target, `coverage` a part of the
    reporting units, `due_soon` quarters.
    """

    ahead: Decimal = Decimal("1.10")
    on_track: Decimal = Decimal("0.95")
    slightly: Decimal = Decimal("0.80")
    behind: Decimal = Decimal("0.50")
    approximate_share: Decimal = Decimal("0.90")
    maintain_tolerance: Decimal = Decimal("0.01")
    coverage: Decimal = Decimal("0.80")
    due_soon: int = 4
    version: int = RULE_VERSION


THRESHOLDS = Thresholds()
