"""The rules of progress: pure functions of figures, targets and thresholds.

Everything here is Decimal; a quarter is its index `year*4 + quarter - 1`.
"""

from indicators.rules.assessment import AssessInput, Assessment, Goal, assess, is_provisional
from indicators.rules.comparing import holds, met_by_rounding
from indicators.rules.figures import Figure, OwnValue, RolledUp, Series, own_value, roll_up
from indicators.rules.forecasting import (
    Band,
    Forecast,
    Verdict,
    band_at,
    comparable,
    forecast,
    next_target,
)
from indicators.rules.ladder import LadderStep, Rung, milestone_ladder
from indicators.rules.sentences import Subject, explain
from indicators.rules.summary import PlanSummary, summarise
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
    "Band",
    "Figure",
    "Forecast",
    "Goal",
    "LadderStep",
    "MilestoneTarget",
    "OwnValue",
    "PlanSummary",
    "RolledUp",
    "Rung",
    "Series",
    "Status",
    "Subject",
    "Thresholds",
    "Trajectory",
    "Verdict",
    "assess",
    "band_at",
    "build_trajectory",
    "comparable",
    "explain",
    "find_baseline",
    "forecast",
    "holds",
    "is_provisional",
    "met_by_rounding",
    "milestone_ladder",
    "next_target",
    "own_value",
    "roll_up",
    "summarise",
    "target_value",
    "year_end",
]
