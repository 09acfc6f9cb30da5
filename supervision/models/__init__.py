"""Supervision: who is supervised, campaigns, inspections, lots, findings, integrity units."""

from supervision.models.campaigns import (
    Campaign,
    CampaignTarget,
    ChecklistItem,
)
from supervision.models.draws import (
    Conflict,
    Draw,
    DrawnEntity,
    Inspector,
)
from supervision.models.entities import (
    Entity,
    Instrument,
    IntervalRule,
    Verification,
)
from supervision.models.findings import (
    Case,
    Finding,
    FindingStep,
)
from supervision.models.inspections import (
    Inspection,
    InspectionEvidence,
    InspectionItem,
    InstrumentCheck,
    Outcome,
)
from supervision.models.integrity import (
    CriteriaSet,
    Criterion,
    CriterionScore,
    DishonestyRecord,
    IntegrityEvent,
    IntegrityUnit,
)
from supervision.models.net_content import (
    LabelRule,
    Lot,
    LotReading,
    QuantityKind,
    SamplingPlan,
    SamplingRow,
    ToleranceRow,
    ToleranceTable,
)

__all__ = [
    "Campaign",
    "CampaignTarget",
    "Case",
    "ChecklistItem",
    "Conflict",
    "CriteriaSet",
    "Criterion",
    "CriterionScore",
    "DishonestyRecord",
    "Draw",
    "DrawnEntity",
    "Entity",
    "Finding",
    "FindingStep",
    "Inspection",
    "InspectionEvidence",
    "InspectionItem",
    "Inspector",
    "Instrument",
    "InstrumentCheck",
    "IntegrityEvent",
    "IntegrityUnit",
    "IntervalRule",
    "LabelRule",
    "Lot",
    "LotReading",
    "Outcome",
    "QuantityKind",
    "SamplingPlan",
    "SamplingRow",
    "ToleranceRow",
    "ToleranceTable",
    "Verification",
]
