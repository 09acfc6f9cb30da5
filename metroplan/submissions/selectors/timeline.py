"""Who did what to a form, when and on which version: one story of all that is kept apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.models import User
from metroplan.submissions.models import (
    Correction,
    Evidence,
    Explanation,
    ReviewDecision,
    Submission,
    Upload,
)
from metroplan.submissions.selectors.records import Records

Decision = ReviewDecision.Decision

ACTS: dict[str, Promise] = {
    "opened": _("Form opened"),
    "staged": _("File accepted"),
    "typed": _("Figures typed in taken over"),
    "pushed": _("Figures pushed through the API"),
    "refused": _("File refused"),
    "submitted": pgettext_lazy("act", "Submitted"),
    "approved": pgettext_lazy("act", "Approved"),
    "returned": pgettext_lazy("act", "Returned"),
    "unapproved": _("Approval withdrawn"),
    "reopened": pgettext_lazy("act", "Reopened"),
    "explained": _("Explanation written"),
    "evidence_added": _("Evidence added"),
    "evidence_removed": _("Evidence removed"),
    "correction_requested": _("Correction asked for"),
    "correction_granted": _("Correction granted"),
    "correction_refused": _("Correction refused"),
}

# A reason made of those of the lines is written down in the reviewer's language.
COLONS = (": ", "：")
STAGED = {Upload.Way.FILE: "staged", Upload.Way.FORM: "typed", Upload.Way.API: "pushed"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that was done. `act` is a key of ACTS; `lines` are pairs of a line and a text.

    `who` is None for what the portal did itself; `upload` is the file it was about.
    """

    at: datetime
    act: str
    who: User | None = None
    version: int | None = None
    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    upload: Upload | None = None

    @property
    def label(self) -> Promise:
        return ACTS[self.act]

    @property
    def decides(self) -> bool:
        """Whether it moved the form on its way; the rest is work on its content."""
        return self.act in Decision.values or self.act.startswith("correction_")


def timeline(submission: Submission, records: Records, names: dict[str, str]) -> list[Happening]:
    """Oldest first; `names` gives the lines their names."""
    told = [
        Happening(submission.opened_at, "opened"),
        *_uploads(records.uploads),
        *_decisions(records.decisions, names),
        *_corrections(records.corrections, names),
        *_explanations(records.explanations, names),
        *_evidence(records.evidence, names),
    ]
    return sorted(told, key=attrgetter("at"))


def _uploads(uploads: list[Upload]) -> Iterator[Happening]:
    for item in uploads:
        accepted = item.status == Upload.Status.STAGED
        yield Happening(
            item.uploaded_at,
            STAGED[item.way] if accepted else "refused",
            item.uploaded_by,
            item.version,
            text=item.file.name,
            upload=item,
        )


def _decisions(decisions: list[ReviewDecision], names: dict[str, str]) -> Iterator[Happening]:
    for item in decisions:
        lines = tuple((names.get(line.key, line.key), line.reason) for line in item.lines.all())
        # Without a word of its own the reason repeats those of the lines.
        text = "" if _repeats(item.reason, lines) else item.reason
        yield Happening(item.decided_at, item.decision, item.decided_by, item.version, text, lines)


def _repeats(reason: str, lines: tuple[tuple[str, str], ...]) -> bool:
    """One row for each line and nothing else, whatever language the lines were named in."""
    rows = reason.split("\n")
    return len(rows) == len(lines) and all(
        row.endswith(tuple(colon + text for colon in COLONS))
        for row, (_name, text) in zip(rows, lines, strict=True)
    )


def _corrections(corrections: list[Correction], names: dict[str, str]) -> Iterator[Happening]:
    for item in corrections:
        lines = tuple((names.get(key, key), "") for key in item.keys)
        yield Happening(
            item.requested_at,
            "correction_requested",
            item.requested_by,
            item.version,
            item.reason,
            lines,
        )
        if item.status != Correction.Status.REQUESTED:
            act = f"correction_{item.status}"
            yield Happening(item.decided_at, act, item.decided_by, item.version, item.answer)


def _explanations(explanations: list[Explanation], names: dict[str, str]) -> Iterator[Happening]:
    for item in explanations:
        line = (names.get(item.key, item.key), item.text)
        yield Happening(item.written_at, "explained", item.written_by, lines=(line,))


def _evidence(evidence: list[Evidence], names: dict[str, str]) -> Iterator[Happening]:
    for item in evidence:
        line = ((names.get(item.key, item.key), item.file.name),)
        yield Happening(item.added_at, "evidence_added", item.added_by, lines=line)
        if item.removed_at is not None:
            yield Happening(item.removed_at, "evidence_removed", item.removed_by, lines=line)


def returned_lines(
    submission: Submission, decisions: list[ReviewDecision] | None = None
) -> dict[str, str]:
    """By line, why the last return named it; none once the form has been approved since.

    `decisions` are those of the submission with their lines, where they are at hand.
    """
    if decisions is None:
        decisions = list(submission.decisions.prefetch_related("lines"))
    last = next((item for item in decisions[::-1] if item.decision == Decision.RETURNED), None)
    approved_at = submission.approved_at
    if last is None or (approved_at is not None and last.decided_at < approved_at):
        return {}
    return {line.key: line.reason for line in last.lines.all()}
