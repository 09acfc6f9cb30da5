"""Filling in for the units below: one workbook, each unit taken whole or not at all."""

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from django.db import transaction
from django.utils.translation import pgettext

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.joint import shares
from metroplan.submissions.marking.rebuilding import rebuild, sheet_names
from metroplan.submissions.models import Submission, Upload
from metroplan.submissions.readers import read_file
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.joint import joint_context, not_handed_in
from metroplan.submissions.services.files import plain_name, sha256, store_file
from metroplan.submissions.services.review import submit
from metroplan.submissions.services.stage import context_of, refuse_oversize, take_in
from metroplan.submissions.states import EDITABLE
from metroplan.submissions.types import CleanResult, Document, FileProblem, Issue

RIGHT = "submission.fill_for"
NOTHING = "file.nothing_in_it"


@dataclass(slots=True)
class JointOutcome:
    """What came of one workbook or of handing in: by unit, and what concerns the whole file.

    With `issues` nothing was taken at all. `problems` are units that could not be dealt with.
    """

    issues: list[Issue] = field(default_factory=list)
    taken: list[Submission] = field(default_factory=list)
    refused: list[Submission] = field(default_factory=list)
    problems: list[tuple[Submission, MetroplanError]] = field(default_factory=list)


def fill_for_units(
    *,
    submissions: list[Submission],
    actor: User,
    filename: str,
    content: bytes,
    expected: dict[int, int],
) -> JointOutcome:
    """Take in a workbook for the forms of many units of one form and quarter.

    `expected` maps a submission's id to the version the actor saw; a unit that has moved on since
    is left alone and named. A unit without any figure is left out. Each unit gets a file of its
    own with its lines alone, where they stood: nobody sees another unit's figures.
    """
    require(actor, RIGHT)
    refuse_oversize(len(content))
    open_ones = {item.organisation.code: item for item in submissions if item.status in EDITABLE}
    documents, issues = _shares(submissions, open_ones, actor, filename, content)
    outcome = JointOutcome(issues=issues)
    if issues:
        return outcome
    store_file(name=filename, content=content, actor=actor)
    for code, document in documents.items():
        _fill_one(outcome, open_ones[code], document, actor, filename, content, expected)
    if not (outcome.taken or outcome.refused or outcome.problems):
        outcome.issues.append(Issue(NOTHING))
    return outcome


def _shares(
    submissions: list[Submission],
    open_ones: dict[str, Submission],
    actor: User,
    filename: str,
    content: bytes,
) -> tuple[dict[str, Document], list[Issue]]:
    kind = registry.get(submissions[0].form.kind)
    try:
        document = read_file(content, filename)
    except FileProblem as problem:
        return {}, [problem.issue]
    issues = kind.joint_issues(document.manifest, joint_context(actor, submissions))
    if issues:
        return {}, issues
    names = sheet_names(document.rows, unnamed=pgettext("name of a sheet", "Figures"))
    rows = [replace(row, sheet=names[row.sheet]) for row in document.rows]
    found = shares(Document(document.kind, rows), open_ones, kind.columns())
    return found.documents, found.issues


def _fill_one(
    outcome: JointOutcome,
    submission: Submission,
    document: Document,
    actor: User,
    filename: str,
    content: bytes,
    expected: dict[int, int],
) -> None:
    kind = registry.get(submission.form.kind)
    result = kind.clean(document, context_of(submission))
    if [issue.code for issue in result.issues] == [NOTHING]:
        return
    try:
        upload = _take(submission, document, result, actor, filename, content, expected)
    except MetroplanError as problem:
        outcome.problems.append((submission, problem))
        return
    staged = upload.status == Upload.Status.STAGED
    (outcome.taken if staged else outcome.refused).append(submission)


@transaction.atomic
def _take(
    submission: Submission,
    document: Document,
    result: CleanResult,
    actor: User,
    filename: str,
    content: bytes,
    expected: dict[int, int],
) -> Upload:
    shown = plain_name(filename)
    upload = take_in(
        submission=submission,
        actor=actor,
        filename=f"{PurePosixPath(shown).stem[:150]} {submission.organisation.code}.xlsx",
        content=rebuild(document.rows),
        check=lambda _locked: result,
        expected_version=expected.get(submission.pk, submission.version),
        way=Upload.Way.FILE,
        right=RIGHT,
    )
    if upload.version == submission.version:
        # The very lines that stand already; nothing was filled in.
        return upload
    record(
        "submission.filled_for",
        actor=actor,
        on=submission,
        organisation=actor.organisation.code,
        file=shown,
        sha256=sha256(content),
        version=upload.version,
        errors=upload.errors,
    )
    return upload


def submit_for_units(
    *, submissions: list[Submission], actor: User, expected: dict[int, int]
) -> JointOutcome:
    """Hand in every form with figures that are new and were seen as they are; each for itself."""
    outcome = JointOutcome()
    new = not_handed_in(submissions)
    for submission in submissions:
        if submission.pk not in new:
            continue
        seen = expected.get(submission.pk, submission.version)
        try:
            submit(submission=submission, actor=actor, expected_version=seen, right=RIGHT)
        except MetroplanError as problem:
            outcome.problems.append((submission, problem))
        else:
            outcome.taken.append(submission)
    return outcome
