"""Measures that are collected, indicators that plans set on them, figures, and where they stand."""

from indicators.models.aims import (
    Attribute,
    Basis,
    Comparator,
    Indicator,
    Mode,
    Target,
)
from indicators.models.checks import CheckRun, MeasureBreak, SourceExplanation
from indicators.models.figures import FormMeasure, ImportBatch, Observation
from indicators.models.measures import (
    Accumulation,
    Kind,
    Measure,
    RollUpRule,
    Series,
    Window,
)
from indicators.models.plausibility import Check, PlausibilityRule
from indicators.models.registers import RegisterCount, RegisterDue
from indicators.models.results import DirtyMark, Progress, ProgressStatus, RollUp
from indicators.models.revisions import (
    BaselineRevision,
    Revision,
    RevisionKind,
    RevisionState,
    RuleVersion,
)

__all__ = [
    "Accumulation",
    "Attribute",
    "BaselineRevision",
    "Basis",
    "Check",
    "CheckRun",
    "Comparator",
    "DirtyMark",
    "FormMeasure",
    "ImportBatch",
    "Indicator",
    "Kind",
    "Measure",
    "MeasureBreak",
    "Mode",
    "Observation",
    "PlausibilityRule",
    "Progress",
    "ProgressStatus",
    "RegisterCount",
    "RegisterDue",
    "Revision",
    "RevisionKind",
    "RevisionState",
    "RollUp",
    "RollUpRule",
    "RuleVersion",
    "Series",
    "SourceExplanation",
    "Target",
    "Window",
]
