"""From a form that opens to figures that are approved, and every file and decision on the way."""

from metroplan.submissions.models.bulk import BulkImport, BulkIssue, BulkStatus
from metroplan.submissions.models.files import (
    ColumnMapping,
    FigureState,
    RowIssue,
    Severity,
    StagedRow,
    StoredFile,
    Upload,
)
from metroplan.submissions.models.forms import (
    FormReminder,
    FormUnit,
    ReportingForm,
)
from metroplan.submissions.models.review import (
    Correction,
    Evidence,
    Explanation,
    ReturnedLine,
    ReviewDecision,
)
from metroplan.submissions.models.submissions import (
    Draft,
    Submission,
)

__all__ = [
    "BulkImport",
    "BulkIssue",
    "BulkStatus",
    "ColumnMapping",
    "Correction",
    "Draft",
    "Evidence",
    "Explanation",
    "FigureState",
    "FormReminder",
    "FormUnit",
    "ReportingForm",
    "ReturnedLine",
    "ReviewDecision",
    "RowIssue",
    "Severity",
    "StagedRow",
    "StoredFile",
    "Submission",
    "Upload",
]
