"""The forms that a unit fills in for those below it."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q, QuerySet

from metroplan.common.periods import Period
from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order
from metroplan.submissions.models import (
    ReportingForm,
    ReviewDecision,
    RowIssue,
    Submission,
    Upload,
)
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.detail import IssueLine, issue_line
from metroplan.submissions.states import EDITABLE
from metroplan.submissions.types import JointContext

QUARTERS_OFFERED = 12
ISSUES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class JointChoice:
    """A form and quarter that units below fill in; `editable` counts those still open."""

    form: ReportingForm
    period: Period
    units: int
    editable: int


@dataclass(frozen=True, slots=True)
class JointRow:
    """One unit's form: `last` is its newest upload, `issues` what is wrong with that.

    `may_hand_in` says whether the present version was never handed in.
    """

    submission: Submission
    last: Upload | None
    issues: list[IssueLine] = field(default_factory=list)
    may_hand_in: bool = False

    @property
    def editable(self) -> bool:
        return self.submission.status in EDITABLE


@dataclass(frozen=True, slots=True)
class JointPage:
    choice: JointChoice
    rows: list[JointRow]

    @property
    def versions(self) -> str:
        """What its reader saw, to be sent back: `pk:version` of every form."""
        return " ".join(f"{row.submission.pk}:{row.submission.version}" for row in self.rows)

    @property
    def wrong(self) -> list[tuple[JointRow, IssueLine]]:
        """Every issue of the newest files that still wait, by unit."""
        return [(row, line) for row in self.rows if row.editable for line in row.issues]

    @property
    def ready(self) -> int:
        return sum(row.may_hand_in for row in self.rows)


def forms_below(user: User) -> QuerySet[Submission]:
    """The forms of the units below the user's own."""
    visible = Submission.objects.visible_to(user).exclude(organisation=user.organisation_id)
    return visible.select_related("form__owner", "organisation", "reviewer_unit")


def joint_choices(user: User) -> list[JointChoice]:
    """Newest quarter first; only what has something open."""
    counted = (
        forms_below(user)
        .order_by("-period", "form__code")
        .values("form", "period")
        .annotate(units=Count("pk"), editable=Count("pk", filter=Q(status__in=EDITABLE)))
        .filter(editable__gt=0)[:QUARTERS_OFFERED]
    )
    found = list(counted)
    forms = ReportingForm.objects.in_bulk({row["form"] for row in found})
    return [
        JointChoice(forms[row["form"]], row["period"], row["units"], row["editable"])
        for row in found
    ]


def chosen_forms(user: User, form: str, period: str) -> list[Submission]:
    """In the order of the units; none for a form or quarter that nobody below fills in."""
    try:
        quarter = Period.parse(period)
    except ValueError:
        return []
    found = forms_below(user).filter(form__code=form, period=quarter)
    return list(found.order_by(unit_order("organisation__code")))


def joint_context(user: User, submissions: list[Submission]) -> JointContext:
    """For the units whose form still takes figures."""
    first = submissions[0]
    open_ones = [item.organisation for item in submissions if item.status in EDITABLE]
    return JointContext(first.form, first.period, user.organisation, open_ones)


def joint_page(submissions: list[Submission]) -> JointPage:
    first = submissions[0]
    uploads = _newest_uploads(submissions)
    issues = _issues(first.form, list(uploads.values()))
    new = not_handed_in(submissions)
    rows = [
        JointRow(item, uploads.get(item.pk), issues.get(item.pk, []), item.pk in new)
        for item in submissions
    ]
    editable = sum(row.editable for row in rows)
    return JointPage(JointChoice(first.form, first.period, len(rows), editable), rows)


def not_handed_in(submissions: list[Submission]) -> set[int]:
    """Those whose present version is new; one that was returned waits for the unit to change it."""
    decided = (
        ReviewDecision.objects.filter(submission__in=submissions, version=F("submission__version"))
        .exclude(decision=ReviewDecision.Decision.REOPENED)
        .values_list("submission_id", flat=True)
    )
    filled = {item.pk for item in submissions if item.status in EDITABLE and item.version}
    return filled - set(decided)


def _newest_uploads(submissions: list[Submission]) -> dict[int, Upload]:
    newest = (
        Upload.objects.filter(submission__in=submissions)
        .order_by("submission_id", "-pk")
        .distinct("submission_id")
        .select_related("file", "uploaded_by__organisation")
    )
    return {upload.submission_id: upload for upload in newest}


def _issues(form: ReportingForm, uploads: list[Upload]) -> dict[int, list[IssueLine]]:
    names = {line.key: line.name for line in registry.get(form.kind).lines(form)}
    found = RowIssue.objects.filter(upload__in=uploads).select_related("upload")
    lines: dict[int, list[IssueLine]] = {}
    for issue in found.order_by("row", "column", "pk")[:ISSUES_SHOWN]:
        lines.setdefault(issue.upload.submission_id, []).append(issue_line(issue, names))
    return lines
