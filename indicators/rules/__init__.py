"""The rules of progress: pure functions of figures, targets and thresholds.

Everything here is Decimal; a quarter is its index `year*4 + quarter - 1`.
"""

from indicators.rules.assessment import AssessInput, Assessment, Goal, assess, is_provisional
from indicators.rules.comparing import holds, met_by_rounding
from indicators.rules.figures import Figure, OwnValue, RolledUp, Series, own_value, roll_up
from indicators.rules.ladder import LadderStep, Rung, milestone_ladder
from indicators.rules.terms import RULE_VERSION, THRESHOLDS, Status, Thresholds
from indicators.rules.trajectory import (
    Anchor,
    MilestoneTarget,
    Trajectory,
    build_trajectory,
    find_baseline,
    target_value,
    year_end,
)

__all__ = [
    "RULE_VERSION",
    "THRESHOLDS",
    "Anchor",
    "AssessInput",
    "Assessment",
    "Figure",
    "Goal",
    "LadderStep",
    "MilestoneTarget",
    "OwnValue",
    "RolledUp",
    "Rung",
    "Series",
    "Status",
    "Thresholds",
    "Trajectory",
    "assess",
    "build_trajectory",
    "find_baseline",
    "holds",
    "is_provisional",
    "met_by_rounding",
    "milestone_ladder",
    "own_value",
    "roll_up",
    "target_value",
    "year_end",
]
