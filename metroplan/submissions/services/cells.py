"""Figures that are typed into the browser form or pushed by a program become a version."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction

from metroplan.common.text import normalise
from metroplan.organisations.models import User
from metroplan.submissions.models import StagedRow, Submission, Upload
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.typed import clean_of, texts_of
from metroplan.submissions.services.drafts import draft_taken_over, same_draft
from metroplan.submissions.services.moving import line_names
from metroplan.submissions.services.stage import context_of, take_in
from metroplan.submissions.services.warnings import judged
from metroplan.submissions.types import CellsIn, CleanResult, CleanRow, Issue

NOTHING = "file.nothing_in_it"
SAME = ("state", "value", "numerator", "denominator", "note")


def check_cells(
    *, submission: Submission, lines: list[CellsIn], merge: bool = False
) -> CleanResult:
    """Everything that would be said of typed lines, errors and warnings; stores nothing."""
    return judged(submission, clean_typed(submission, lines, merge=merge))


def clean_typed(submission: Submission, lines: list[CellsIn], *, merge: bool) -> CleanResult:
    """A line that says what the present version says already keeps its source, such as a cell of a
    file. With `merge`, lines that are not named stay as the present version has them.
    """
    kind = registry.get(submission.form.kind)
    result = kind.clean_cells(lines, context_of(submission))
    present = {row.key: row for row in present_rows(submission)}
    rows = [_with_source(row, present.get(row.key)) for row in result.rows]
    if merge:
        named = {normalise(line.key) for line in lines}
        asked = line_names(submission).keys() - named
        rows += [clean_of(row) for row in present.values() if row.key in asked]
    if not rows and not result.issues:
        return CleanResult(issues=[Issue(NOTHING)])
    return CleanResult(rows, result.issues)


def present_rows(submission: Submission) -> Iterable[StagedRow]:
    return submission.rows.filter(version=submission.version)


def _with_source(row: CleanRow, before: StagedRow | None) -> CleanRow:
    """A file may say more of a line than is typed, such as the percentage beside its parts."""
    if before is None or not row.raw.items() <= texts_of(before).items():
        return row
    kept = clean_of(before)
    return kept if all(getattr(kept, name) == getattr(row, name) for name in SAME) else row


@transaction.atomic
def stage_cells(
    *,
    submission: Submission,
    actor: User,
    lines: list[CellsIn],
    expected_version: int,
    way: str = Upload.Way.FORM,
    idempotency_key: str = "",
    merge: bool = False,
    draft: tuple[int, int] | None = None,
) -> Upload:
    """Take in typed lines as `stage.take_in` takes in a file; what was typed is kept as one.

    `draft` is the base and revision of the draft they came from, which is done with then; raises
    DraftConflict when it has moved on meanwhile.
    """
    if draft is not None:
        same_draft(submission, actor, base=draft[0], revision=draft[1])

    def check(locked: Submission) -> CleanResult:
        return clean_typed(locked, lines, merge=merge)

    upload = take_in(
        submission=submission,
        actor=actor,
        filename=f"{submission.form.code}-{submission.period}.json",
        content=canonical(submission, lines, merge=merge),
        check=check,
        expected_version=expected_version,
        way=way,
        idempotency_key=idempotency_key,
    )
    if draft is not None and upload.status == Upload.Status.STAGED:
        draft_taken_over(submission, upload)
    return upload


def canonical(submission: Submission, lines: list[CellsIn], *, merge: bool) -> bytes:
    """The same figures for the same form are the same bytes."""
    content = {
        "form": submission.form.code,
        "organisation": submission.organisation.code,
        "period": str(submission.period),
        "whole": not merge,
        "lines": [_flat(line) for line in lines],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _flat(line: CellsIn) -> dict[str, str]:
    typed = asdict(line)
    texts = {part: text for part, text in typed.pop("texts").items() if text}
    return {"key": line.key, **texts, **({"note": line.note} if line.note else {})}
