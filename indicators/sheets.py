"""The sheet of figures: one line per measure of a form, for one unit and quarter."""

from decimal import Decimal

from django.urls import reverse

from indicators.cells import clean_cells
from indicators.cleaning import clean_rows
from indicators.columns import sheet_columns
from indicators.figure_template import asked_lines, figure_template, joint_figure_template
from indicators.figures import MeasureSpec, Registered
from indicators.models import Measure, Observation
from indicators.plausibility.issues import plausibility_issues
from indicators.selectors.change_sizes import change_sizes
from indicators.selectors.effects import figure_effects
from indicators.selectors.registered import counted_lines, registered_figures
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
from metroplan.submissions.selectors.typed import present_texts
from metroplan.submissions.template import build_csv, build_xlsx
from metroplan.submissions.types import (
    CellsIn,
    Change,
    CleanResult,
    CleanRow,
    CountedLine,
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

    def template(self, context: SheetContext, *, fmt: Format, filled: bool = False) -> bytes:
        submission = Submission.objects.filter(
            form=context.form, organisation=context.organisation, period=context.period
        ).first()
        due_on = submission.due_on if submission else None
        measures = form_measures(context.form)
        registered = _registered(measures, context)
        present = present_texts(submission) if submission and filled else {}
        return BUILDERS[fmt](figure_template(context, measures, due_on, registered, present))

    def joint_template(self, context: JointContext) -> bytes:
        measures = form_measures(context.form)
        units = [unit.pk for unit in context.units]
        registered = registered_figures(measures, units, context.period)
        return build_xlsx(joint_figure_template(context, measures, registered))

    def joint_issues(self, token: str | None, context: JointContext) -> list[Issue]:
        measures = form_measures(context.form)
        return joint_manifest_issues(token, context, asked_lines(measures))

    def clean(self, document: Document, context: SheetContext) -> CleanResult:
        """A template of another form is told as such alone: its lines would all be unknown."""
        measures = form_measures(context.form)
        issues = manifest_issues(document.manifest, context, asked_lines(measures))
        if _is_foreign(issues):
            return CleanResult(issues=issues)
        result = clean_rows(document.rows, _specs(measures, context))
        return CleanResult(result.rows, issues + result.issues)

    def clean_cells(self, lines: list[CellsIn], context: SheetContext) -> CleanResult:
        return clean_cells(lines, _specs(form_measures(context.form), context))

    def understood(self, rows: list[CleanRow], form: ReportingForm) -> dict[str, str]:
        measures = {measure.code: measure for measure in form_measures(form)}
        return {row.key: figure_text(measures[row.key], row) for row in rows}

    def columns(self) -> list[SheetColumn]:
        return sheet_columns()

    def lines(self, form: ReportingForm) -> list[SheetLine]:
        return form_lines(form)

    def counted(self, submission: Submission) -> dict[str, CountedLine]:
        measures = form_measures(submission.form)
        return counted_lines(measures, submission.organisation_id, submission.period)

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
        """In the form's order; a measure on neither side, or that is counted, has no line."""
        measures = [
            measure
            for measure in form_measures(submission.form)
            if not measure.is_counted(submission.period)
        ]
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


def _registered(measures: list[Measure], context: SheetContext) -> dict[str, Registered]:
    found = registered_figures(measures, [context.organisation.pk], context.period)
    return {code: figure for (_unit, code), figure in found.items()}


def _specs(measures: list[Measure], context: SheetContext) -> list[MeasureSpec]:
    registered = _registered(measures, context)
    return [MeasureSpec.of(measure, registered.get(measure.code)) for measure in measures]


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
