"""What was cleaned, judged whole: the same for a file, the grid, a program and a trial of them."""

from dataclasses import replace

from metroplan.submissions.models import Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.services.closed_lines import within_open_lines
from metroplan.submissions.types import CleanResult, SheetContext


def judged(submission: Submission, result: CleanResult) -> CleanResult:
    """With closed lines as they stand, and behind the other issues what looks wrong."""
    result = within_open_lines(submission, result)
    kind = registry.get(submission.form.kind)
    context = SheetContext(submission.form, submission.organisation, submission.period)
    return replace(result, issues=[*result.issues, *kind.warnings(result.rows, context)])
