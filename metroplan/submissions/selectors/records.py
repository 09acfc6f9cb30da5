"""All that is kept of one form's way, read once for the page that shows it."""

from dataclasses import dataclass

from metroplan.submissions.models import (
    Correction,
    Evidence,
    Explanation,
    ReviewDecision,
    Submission,
    Upload,
)


@dataclass(frozen=True, slots=True)
class Records:
    """With their people, files and lines. Uploads and corrections newest first, the rest oldest
    first; `evidence` holds what was removed too."""

    uploads: list[Upload]
    decisions: list[ReviewDecision]
    corrections: list[Correction]
    explanations: list[Explanation]
    evidence: list[Evidence]

    @property
    def waiting(self) -> Correction | None:
        """The correction that is asked for and not answered."""
        return self._newest(Correction.Status.REQUESTED)

    @property
    def granted(self) -> Correction | None:
        """The correction that was granted last."""
        return self._newest(Correction.Status.GRANTED)

    def evidence_by_line(self) -> dict[str, list[Evidence]]:
        """What is there now."""
        found: dict[str, list[Evidence]] = {}
        for item in self.evidence:
            if item.removed_at is None:
                found.setdefault(item.key, []).append(item)
        return found

    def _newest(self, status: str) -> Correction | None:
        return next((item for item in self.corrections if item.status == status), None)


def records_of(submission: Submission) -> Records:
    """Asks the same queries however much there is."""
    decisions = submission.decisions.select_related("unit", "decided_by__organisation")
    return Records(
        uploads=list(submission.uploads.select_related("file", "uploaded_by__organisation")),
        decisions=list(decisions.prefetch_related("lines")),
        corrections=list(
            submission.corrections.select_related(
                "requested_by__organisation", "decided_by__organisation"
            )
        ),
        explanations=list(submission.explanations.select_related("written_by__organisation")),
        evidence=list(
            submission.evidence.select_related(
                "file", "added_by__organisation", "removed_by__organisation"
            )
        ),
    )
