"""The newest quarter comes the real way: template, upload, submission, review, approval."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone

from indicators.demo.accounts import create_offices
from indicators.demo.chance import chance
from indicators.demo.filling import filled_template
from indicators.demo.lines import answers
from indicators.demo.scene import Scene, Stretch
from metroplan.common.periods import Period
from metroplan.organisations.models import Role, User
from metroplan.submissions.models import ReviewDecision, Submission, Upload
from metroplan.submissions.reporting import review_chain
from metroplan.submissions.selectors.explanations import unexplained
from metroplan.submissions.services.explanations import Said, explain
from metroplan.submissions.services.opening import open_form
from metroplan.submissions.services.review import approve, return_submission, submit
from metroplan.submissions.services.stage import stage_upload
from metroplan.submissions.types import SheetContext


class Outcome(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    HALFWAY = "halfway"
    APPROVED = "approved"


LEFT_OPEN = frozenset({"450103", "450105", "430602"})
"""Nothing is entered for these, so that the whole way can be gone by hand."""

NAMED = {
    "450102": Outcome.SUBMITTED,
    "450107": Outcome.RETURNED,
    "450108": Outcome.HALFWAY,
    "430603": Outcome.SUBMITTED,
    "430611": Outcome.RETURNED,
}
REASON = "本季数字与上季相差较大，请核对台账后重新报送，并在备注栏说明原因。"
EXPLANATION = "经核对台账，数字无误，属本季度工作安排所致。"
WAITING, UNDER_REVIEW, WITH_THE_OWNER = 0.05, 0.085, 0.10
AS_WORKBOOK = 0.15
ON_TIME, DAYS_EARLY, DAYS_LATE = 0.9, 8, 6

People = dict[tuple[str, str], User]


def outcome_of(stretch: Stretch) -> Outcome:
    if stretch.code in LEFT_OPEN:
        return Outcome.OPEN
    if stretch.code in NAMED:
        return NAMED[stretch.code]
    draw = 1.0 if stretch.owner else chance("outcome", stretch.form, stretch.identity)
    if draw < WAITING:
        return Outcome.OPEN
    if draw < UNDER_REVIEW:
        return Outcome.SUBMITTED
    return Outcome.HALFWAY if draw < WITH_THE_OWNER else Outcome.APPROVED


def report_quarter(scene: Scene, period: Period) -> int:
    """Open the quarter for every form of the plan and bring each unit's to where it is to stand.

    Call it inside a transaction. Returns how many forms were taken up.
    """
    for form in scene.forms.values():
        open_form(form=form, period=period)
    work = [(one, form, outcome_of(one)) for one, form in _untouched(scene, period)]
    work = [item for item in work if item[2] != Outcome.OPEN]
    chains = {submission.pk: review_chain(submission) for _, submission, _ in work}
    people = _people(work, chains)
    for stretch, submission, outcome in work:
        reviewers = [people[unit.code, Role.REVIEWER] for unit in chains[submission.pk]]
        reporter = people[stretch.code, Role.REPORTER]
        content, name = _file(scene, stretch, submission)
        _go_the_way(submission, outcome, reporter, reviewers, name, content)
        _hand_in_then(submission, stretch)
    return len(work)


def _untouched(scene: Scene, period: Period) -> Iterator[tuple[Stretch, Submission]]:
    found = Submission.objects.filter(form__in=scene.forms.values(), period=period, version=0)
    related = found.select_related("form__owner", "organisation")
    by_key = {(one.form.code, one.organisation.code): one for one in related}
    for stretch in scene.filling(period.index):
        submission = by_key.get((stretch.form, stretch.code))
        if submission is not None:
            yield stretch, submission


def _people(work: list, chains: dict[int, list]) -> People:
    needed = {(stretch.code, Role.REPORTER) for stretch, _, _ in work}
    needed |= {(unit.code, Role.REVIEWER) for chain in chains.values() for unit in chain}
    create_offices(needed)
    users = User.objects.filter(is_demo=True).select_related("organisation").order_by("-pk")
    return {(user.organisation.code, user.role): user for user in users}


def _file(scene: Scene, stretch: Stretch, submission: Submission) -> tuple[bytes, str]:
    """Some offices send the workbook, the others the CSV template."""
    workbook = stretch.code in NAMED or chance("workbook", stretch.code) < AS_WORKBOOK
    fmt = "xlsx" if workbook else "csv"
    context = SheetContext(submission.form, submission.organisation, submission.period)
    given = [
        (code, scene.courses[code].kind, answer)
        for code, answer in answers(scene, stretch, submission.period.index)
    ]
    name = f"{submission.organisation.name_zh}{submission.period}.{fmt}"
    return filled_template(context, given, fmt), name


def _go_the_way(
    submission: Submission,
    outcome: Outcome,
    reporter: User,
    reviewers: list[User],
    name: str,
    content: bytes,
) -> None:
    upload = stage_upload(
        submission=submission, actor=reporter, filename=name, content=content, expected_version=0
    )
    if upload.status != Upload.Status.STAGED:
        raise RuntimeError(f"the demonstration file {name} was refused")
    seen = {"expected_version": upload.version}
    _explain_warnings(submission, reporter, upload.version)
    submit(submission=submission, actor=reporter, **seen)
    if outcome == Outcome.RETURNED:
        return_submission(submission=submission, actor=reviewers[0], reason=REASON, **seen)
    steps = {Outcome.APPROVED: len(reviewers), Outcome.HALFWAY: len(reviewers) - 1}
    for reviewer in reviewers[: steps.get(outcome, 0)]:
        approve(submission=submission, actor=reviewer, **seen)


def _explain_warnings(submission: Submission, reporter: User, version: int) -> None:
    submission.refresh_from_db(fields=["version"])
    if said := [Said(item.key, item.code, EXPLANATION) for item in unexplained(submission)]:
        explain(submission=submission, actor=reporter, said=said, expected_version=version)


def _hand_in_then(submission: Submission, stretch: Stretch) -> None:
    """Most forms were handed in before their day, some a few days after it."""
    draw = chance("handed in", stretch.form, stretch.identity)
    days = -DAYS_EARLY * draw if draw < ON_TIME else DAYS_LATE * (draw - ON_TIME) / (1 - ON_TIME)
    day = submission.due_on + timedelta(days=round(days))
    at = min(timezone.make_aware(datetime.combine(day, time(10))), timezone.now())
    Submission.objects.filter(pk=submission.pk).update(submitted_at=at, first_submitted_at=at)
    handed_in = {"decision": ReviewDecision.Decision.SUBMITTED}
    submission.decisions.filter(**handed_in).update(decided_at=at)
