"""The sheet of figures: one line per measure of a form, for one unit and quarter."""

from decimal import Decimal

from django.urls import reverse

from indicators.cells import clean_cells
from indicators.cleaning import clean_rows
from indicators.columns import sheet_columns
from indicators.figure_template import asked_lines, figure_template, joint_figure_template
from indicators.figures import MeasureSpec
from indicators.models import Measure, Observation
from indicators.plausibility.issues import plausibility_issues
from indicators.selectors.change_sizes import change_sizes
from indicators.selectors.effects import figure_effects
from indicators.selectors.reported import (
    Figure,
    changed_lines,
    figure_history,
    figure_number,
    figure_series,
    figure_text,
    form_lines,
)
from indicators.services.marking import mark_asked
from indicators.services.observations import withdraw_from_submission, write_from_submission
from metroplan.common.periods import Period
from metroplan.organisations.models import User
from metroplan.submissions.manifest import joint_manifest_issues, manifest_issues
from metroplan.submissions.models import ReportingForm, StagedRow, Submission
from metroplan.submissions.template import build_csv, build_xlsx
from metroplan.submissions.types import (
    CellsIn,
    Change,
    CleanResult,
    CleanRow,
    DiffRow,
    Document,
    Effect,
    Format,
    Issue,
    JointContext,
    PastValue,
    SheetColumn,
    SheetContext,
    SheetLine,
)

BUILDERS = {"xlsx": build_xlsx, "csv": build_csv}
FOREIGN = {"file.wrong_form", "file.manifest_forged", "file.joint_template"}
SAME = ("state", "value", "numerator", "denominator")


class FigureSheet:
    """The kind of sheet behind forms that collect measures. Its keys are measure codes."""

    key = "figures"

    def template(self, context: SheetContext, *, fmt: Format) -> bytes:
        submission = Submission.objects.filter(
            form=context.form, organisation=context.organisation, period=context.period
        ).first()
        due_on = submission.due_on if submission else None
        return BUILDERS[fmt](figure_template(context, form_measures(context.form), due_on))

    def joint_template(self, context: JointContext) -> bytes:
        return build_xlsx(joint_figure_template(context, form_measures(context.form)))

    def joint_issues(self, token: str | None, context: JointContext) -> list[Issue]:
        measures = form_measures(context.form)
        return joint_manifest_issues(token, context, asked_lines(measures))

    def clean(self, document: Document, context: SheetContext) -> CleanResult:
        """A template of another form is told as such alone: its lines would all be unknown."""
        measures = form_measures(context.form)
        issues = manifest_issues(document.manifest, context, asked_lines(measures))
        if _is_foreign(issues):
            return CleanResult(issues=issues)
        result = clean_rows(document.rows, map(MeasureSpec.of, measures))
        return CleanResult(result.rows, issues + result.issues)

    def clean_cells(self, lines: list[CellsIn], context: SheetContext) -> CleanResult:
        return clean_cells(lines, map(MeasureSpec.of, form_measures(context.form)))

    def understood(self, rows: list[CleanRow], form: ReportingForm) -> dict[str, str]:
        measures = {measure.code: measure for measure in form_measures(form)}
        return {row.key: figure_text(measures[row.key], row) for row in rows}

    def columns(self) -> list[SheetColumn]:
        return sheet_columns()

    def lines(self, form: ReportingForm) -> list[SheetLine]:
        return form_lines(form)

    def history(self, submission: Submission, *, quarters: int) -> dict[str, dict[Period, str]]:
        return figure_history(submission, quarters=quarters)

    def series(
        self, submission: Submission, *, quarters: int
    ) -> dict[str, dict[Period, PastValue]]:
        return figure_series(submission, quarters=quarters)

    def warnings(self, rows: list[CleanRow], context: SheetContext) -> list[Issue]:
        return plausibility_issues(context, rows)

    def effects(self, submission: Submission, reader: User) -> list[Effect]:
        return figure_effects(submission, reader)

    def changed_lines(self, submissions: list[Submission]) -> dict[int, int]:
        return changed_lines(submissions)

    def diff(self, submission: Submission, *, since: int | None = None) -> list[DiffRow]:
        """In the form's order; a measure on neither side has no line."""
        measures = form_measures(submission.form)
        new = _staged(submission, submission.version)
        old = _approved(submission, measures) if since is None else _staged(submission, since)
        return [
            _diff_row(measure, old.get(measure.code), new.get(measure.code))
            for measure in measures
            if measure.code in old or measure.code in new
        ]

    def lines_address(self, form: ReportingForm) -> str:
        return reverse("indicators:form-measures", args=[form.code])

    def reasked(self, form: ReportingForm) -> None:
        """Who is asked is expected: coverage and rates are computed anew."""
        mark_asked(measures=form_measures(form))

    def change_sizes(self, submissions: list[Submission]) -> dict[int, Decimal]:
        return change_sizes(submissions)

    def apply(self, submission: Submission, actor: User) -> None:
        write_from_submission(submission=submission, actor=actor)

    def withdraw(self, submission: Submission, actor: User) -> None:
        withdraw_from_submission(submission=submission, actor=actor)


def form_measures(form: ReportingForm) -> list[Measure]:
    lines = form.form_measures.select_related("measure").order_by("position")
    return [line.measure for line in lines]


def _is_foreign(issues: list[Issue]) -> bool:
    return any(issue.code in FOREIGN for issue in issues)


def _staged(submission: Submission, version: int) -> dict[str, Figure]:
    return {row.key: row for row in submission.rows.filter(version=version)}


def _approved(submission: Submission, measures: list[Measure]) -> dict[str, Figure]:
    codes = {measure.pk: measure.code for measure in measures}
    current = Observation.objects.filter(
        measure__in=codes,
        organisation_id=submission.organisation_id,
        period=submission.period,
        superseded_at__isnull=True,
    )
    return {codes[row.measure_id]: row for row in current}


def _diff_row(measure: Measure, old: Figure | None, new: Figure | None) -> DiffRow:
    return DiffRow(
        key=measure.code,
        name=measure.name,
        unit=measure.unit,
        decimals=measure.decimals,
        old=figure_number(old),
        new=figure_number(new),
        change=_change(old, new),
        old_text=figure_text(measure, old),
        new_text=figure_text(measure, new),
    )


def _change(old: Figure | None, new: Figure | None) -> Change:
    if old is None:
        return "added"
    if new is None:
        return "missing"
    if any(getattr(old, name) != getattr(new, name) for name in SAME):
        return "changed"
    between_versions = isinstance(old, StagedRow)
    return "noted" if between_versions and old.note != new.note else "same"
