"""Plan files: read, checked, compared with what is stored, and stored. See docs/plan-file.md."""

from indicators.plan_file.loading import load, load_measures, load_parent_plans, plan_diff
from indicators.plan_file.problems import PlanFileError, Problem
from indicators.plan_file.reading import decode, parse, parse_measures, parse_parent_plans

__all__ = [
    "PlanFileError",
    "Problem",
    "decode",
    "load",
    "load_measures",
    "load_parent_plans",
    "parse",
    "parse_measures",
    "parse_parent_plans",
    "plan_diff",
]
