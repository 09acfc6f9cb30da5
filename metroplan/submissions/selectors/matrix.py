"""The reporting matrix: units against quarters, each cell the state of one form."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period
from metroplan.organisations.models import Level, Organisation, User
from metroplan.organisations.querysets import unit_key, within
from metroplan.submissions.models import ReportingForm, Submission
from metroplan.submissions.selectors.rates import ASKED, Rate, Rates
from metroplan.submissions.states import CORRECTING, TO_BE_CORRECTED, Status

QUARTERS = 8
DEEPEST_FIRST = (Level.COUNTY, Level.CITY, Level.PROVINCE)

STATES: dict[str, tuple[str, Promise]] = {
    "not_opened": ("ti-circle-dashed", _("Not opened")),
    "open": ("ti-pencil", _("Open")),
    "overdue": ("ti-alert-triangle", _("Overdue")),
    "submitted": ("ti-send", _("Under review")),
    "returned": ("ti-arrow-back-up", _("Returned")),
    CORRECTING: ("ti-edit-circle", TO_BE_CORRECTED),
    "approved": ("ti-circle-check", _("Approved")),
    "stale": ("ti-clock-off", _("Changed since approval")),
}
TIMINGS: dict[str, Promise] = {"on_time": _("On time"), "late": _("Late"), "": ""}

# By the tree of each quarter: the unit right below the chosen one that the due unit belongs to.
PLACES = f"""
    SELECT asked.unit_id, asked.period, coalesce(step.ancestor_id, asked.unit_id)
      FROM ({ASKED}) asked
      JOIN organisations_organisationancestry root
        ON root.ancestor_id = %(root)s AND root.descendant_id = asked.unit_id
       AND root.since <= asked.period AND root.until > asked.period
      LEFT JOIN organisations_organisationancestry step
        ON step.descendant_id = asked.unit_id AND step.depth = root.depth - 1
       AND step.since <= asked.period AND step.until > asked.period
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit's form in one quarter. `submission` is None where it was not opened.

    `state` is a key of STATES, `timing` one of TIMINGS, empty while nobody can say yet.
    """

    period: Period
    state: str
    timing: str
    due_on: date | None = None
    submission: int | None = None

    @property
    def icon(self) -> str:
        return STATES[self.state][0]

    @property
    def label(self) -> Promise:
        return STATES[self.state][1]

    @property
    def timing_label(self) -> Promise | str:
        return TIMINGS[self.timing]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """`cells` go by quarter, None where the unit was not due."""

    unit: Organisation
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The units of one city, say, with its rates by quarter; a unit may be its own group."""

    unit: Organisation
    rates: tuple[Rate | None, ...]
    rows: tuple[MatrixRow, ...]

    @property
    def alone(self) -> bool:
        return len(self.rows) == 1 and self.rows[0].unit.pk == self.unit.pk


@dataclass(frozen=True, slots=True)
class Matrix:
    """`hidden` counts units that belonged here then and now stand outside the reader's area:
    they are in the rates and have no row."""

    form: ReportingForm
    root: Organisation
    quarters: tuple[Period, ...]
    totals: tuple[Rate | None, ...]
    groups: tuple[Group, ...]
    hidden: int


def forms_for(user: User) -> QuerySet[ReportingForm]:
    """Forms kept in the user's area or asked of it from above, those of most units first."""
    path = user.organisation.path
    above = Q(owner__code__in=path.strip("/").split("/"))
    found = ReportingForm.objects.filter(within("owner", path) | above)
    place = Case(
        *(When(level=level, then=Value(at)) for at, level in enumerate(DEEPEST_FIRST)),
        default=Value(len(DEEPEST_FIRST)),
    )
    return found.select_related("owner").order_by("-owner__path", place, "code")


def matrix(
    form: ReportingForm, root: Organisation, last: Period, user: User, *, today: date
) -> Matrix:
    """The quarters up to `last`; `root` and everything below it that was due with the form."""
    quarters = tuple(Period(index) for index in range(last.index - QUARTERS + 1, last.index + 1))
    due, group_of = _places(form, root, quarters)
    units = Organisation.objects.in_bulk({*due, *group_of.values()})
    shown = {pk for pk in due if units[pk].path.startswith(user.organisation.path)}
    cells = _cells(form, due, shown, today)
    rates = _rates(form, quarters, {root.pk, *group_of.values()})
    rows: dict[int, list[MatrixRow]] = defaultdict(list)
    for pk in sorted(shown, key=lambda pk: unit_key(units[pk].code)):
        line = tuple(cells.get((pk, quarter)) for quarter in quarters)
        rows[group_of[pk]].append(MatrixRow(units[pk], line))
    groups = tuple(
        Group(units[pk], tuple(rates.get((pk, quarter)) for quarter in quarters), tuple(rows[pk]))
        for pk in sorted(rows, key=lambda pk: unit_key(units[pk].code))
    )
    totals = tuple(rates.get((root.pk, quarter)) for quarter in quarters)
    return Matrix(form, root, quarters, totals, groups, len(due) - len(shown))


def _places(
    form: ReportingForm, root: Organisation, quarters: tuple[Period, ...]
) -> tuple[dict[int, set[Period]], dict[int, int]]:
    """Unit id → the quarters it was due in, and → the group it stood in last."""
    due: dict[int, set[Period]] = defaultdict(set)
    group_of: dict[int, int] = {}
    params = {"first": quarters[0].index, "last": quarters[-1].index}
    with connection.cursor() as cursor:
        cursor.execute(
            f"{PLACES} ORDER BY asked.period", params | {"forms": [form.pk], "root": root.pk}
        )
        for unit, period, group in cursor.fetchall():
            due[unit].add(Period(period))
            group_of[unit] = group
    return due, group_of


def _cells(
    form: ReportingForm, due: dict[int, set[Period]], shown: Collection[int], today: date
) -> dict[tuple[int, Period], Cell]:
    wanted = {(unit, period) for unit in shown for period in due[unit]}
    cells = {(unit, period): Cell(period, "not_opened", "") for unit, period in wanted}
    periods = {period for _unit, period in wanted}
    found = Submission.objects.filter(form=form, organisation__in=shown, period__in=periods)
    for item in found:
        if (item.organisation_id, item.period) in wanted:
            cells[item.organisation_id, item.period] = cell_of(item, today)
    return cells


def cell_of(submission: Submission, today: date) -> Cell:
    done = submission.first_submitted_at or submission.submitted_at
    over = submission.due_on < today
    if done is None:
        timing = "late" if over else ""
    else:
        timing = "on_time" if timezone.localdate(done) <= submission.due_on else "late"
    return Cell(
        period=submission.period,
        state=_state(submission, over=over),
        timing=timing,
        due_on=submission.due_on,
        submission=submission.pk,
    )


def _state(submission: Submission, *, over: bool) -> str:
    approved = submission.approved_version
    if approved is not None and approved < submission.version:
        return "stale"
    if submission.status == Status.OPEN and over:
        return "overdue"
    return submission.shown_status


def _rates(
    form: ReportingForm, quarters: tuple[Period, ...], units: Iterable[int]
) -> dict[tuple[int, Period], Rate]:
    found = Rates(quarters[0], quarters[-1], path="", forms=[form.pk], units=[*units])
    return {(rate.unit, rate.period): rate for rate in found}
