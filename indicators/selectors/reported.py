"""What a form of figures asks for, and what was approved before."""

from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from indicators.figure_template import YES_NO
from indicators.models import FormMeasure, Kind, Measure, Observation
from metroplan.common.naming import in_chinese
from metroplan.common.periods import Period
from metroplan.common.rounding import exact_text
from metroplan.common.rounding import figure_text as rounded_text
from metroplan.submissions.models import FigureState, ReportingForm, StagedRow, Submission
from metroplan.submissions.types import CleanRow, PastValue, SheetLine

HUNDRED = Decimal(100)
Figure = StagedRow | Observation | CleanRow

# A line that was not reported a quarter ago counts as changed.
CHANGED = """
    SELECT r.submission_id, count(*)
      FROM submissions_stagedrow r
      JOIN submissions_submission s ON s.id = r.submission_id AND s.version = r.version
      JOIN indicators_measure m ON m.code = r.key
      LEFT JOIN indicators_observation o
        ON o.measure_id = m.id AND o.organisation_id = s.organisation_id
       AND o.period = s.period - 1 AND o.superseded_at IS NULL
     WHERE s.id = ANY(%s)
       AND NOT (starts_with(m.source, 'register:')
                AND s.period >= coalesce(m.counted_since, s.period))
       AND (o.state, o.value, o.numerator, o.denominator)
           IS DISTINCT FROM (r.state, r.value, r.numerator, r.denominator)
     GROUP BY r.submission_id
"""


def form_lines(form: ReportingForm) -> list[SheetLine]:
    asked = FormMeasure.objects.filter(form=form).select_related("measure").order_by("position")
    return [_line(item.measure) for item in asked]


def _line(measure: Measure) -> SheetLine:
    ratio, yes_no = measure.kind == Kind.RATIO, measure.kind == Kind.YES_NO
    return SheetLine(
        key=measure.code,
        name=measure.name,
        unit=measure.unit,
        decimals=measure.decimals,
        parts={
            "value": _("Value"),
            "numerator": measure.numerator_name or _("Numerator"),
            "denominator": measure.denominator_name or _("Denominator"),
        },
        entry=("numerator", "denominator") if ratio else ("value",),
        choices=YES_NO[in_chinese()] if yes_no else (),
        counted=bool(measure.register_key),
        counted_since=measure.counted_since,
    )


def figure_history(submission: Submission, *, quarters: int) -> dict[str, dict[Period, str]]:
    """By measure code and quarter, the approved figures of the quarters before the submission's."""
    series = figure_series(submission, quarters=quarters)
    return {key: {at: value.text for at, value in past.items()} for key, past in series.items()}


def figure_series(submission: Submission, *, quarters: int) -> dict[str, dict[Period, PastValue]]:
    """The same with the numbers."""
    past = Observation.objects.filter(
        organisation=submission.organisation_id,
        measure__form_measures__form=submission.form_id,
        period__gte=submission.period - quarters,
        period__lt=submission.period,
        superseded_at__isnull=True,
    ).select_related("measure")
    series: dict[str, dict[Period, PastValue]] = {}
    for figure in past:
        value = PastValue(figure_number(figure), figure_text(figure.measure, figure))
        series.setdefault(figure.measure.code, {})[figure.period] = value
    return series


def figure_number(figure: Figure | None) -> Decimal | None:
    """A ratio in percent; None where there is no figure or it does not apply."""
    if figure is None or figure.denominator is None:
        return figure.value if figure else None
    return HUNDRED * figure.numerator / figure.denominator if figure.denominator else None


def figure_text(measure: Measure, figure: Figure | None) -> str:
    """`1,234`, `12.5% (10/80)`, yes or no, or not applicable; empty where there is no figure."""
    if figure is None:
        return ""
    if figure.state == FigureState.NOT_APPLICABLE:
        return _("Not applicable")
    number = figure_number(figure)
    if measure.kind == Kind.YES_NO:
        return _("Yes") if number else _("No")
    shown = rounded_text(number, measure.decimals)
    if measure.kind == Kind.RATIO:
        return f"{shown}% ({exact_text(figure.numerator)}/{exact_text(figure.denominator)})"
    return shown


def changed_lines(submissions: list[Submission]) -> dict[int, int]:
    """By submission, how many staged figures differ from those approved a quarter earlier."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [[submission.pk for submission in submissions]])
        return dict(cursor.fetchall())
