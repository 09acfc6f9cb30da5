"""The template of the sheet of figures: what each line of a form asks for and where."""

from collections.abc import Iterable
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from indicators.columns import COLUMNS
from indicators.models import Kind, Measure
from metroplan.common.naming import in_chinese
from metroplan.submissions.manifest import sign_manifest
from metroplan.submissions.template import TemplateCell, TemplateSheet
from metroplan.submissions.types import SheetContext

UNUSED = TemplateCell(entry="unused")
YES_NO = {True: ("是", "否", "/"), False: ("yes", "no", "/")}


def figure_template(
    context: SheetContext, measures: Iterable[Measure], due_on: date | None
) -> TemplateSheet:
    return TemplateSheet(
        sheet_name=pgettext("name of a sheet", "Figures"),
        title=context.form.name,
        facts=_facts(context, due_on),
        guide=_guide(),
        headings=tuple(column.title for column in COLUMNS),
        widths=tuple(column.width for column in COLUMNS),
        lines=tuple(_line(measure) for measure in measures),
        warning=_("Expected: a number not below 0, or / where the line does not apply."),
        manifest=sign_manifest(context),
    )


def _facts(context: SheetContext, due_on: date | None) -> tuple[tuple[str, str], ...]:
    unit = f"{context.organisation.name} ({context.organisation.code})"
    due = [(_("Due on"), date_format(due_on, "Y-m-d"))] if due_on else []
    return ((_("Unit"), unit), (_("Quarter"), str(context.period)), *due)


def _guide() -> tuple[str, ...]:
    return (
        _("Fill in the light yellow cells only; grey cells stay blank."),
        _("Blank means not reported, 0 means zero, / means that the line does not apply."),
        _("For a ratio fill in numerator and denominator; the percentage is worked out from them."),
        _("Then save the file and upload it for this unit and this quarter."),
    )


def _line(measure: Measure) -> tuple[TemplateCell, ...]:
    return (
        TemplateCell(measure.code),
        TemplateCell(measure.name),
        TemplateCell(_unit(measure)),
        *_entries(measure),
        TemplateCell(entry="text"),
    )


def _unit(measure: Measure) -> str:
    return "/".join(YES_NO[in_chinese()][:2]) if measure.kind == Kind.YES_NO else measure.unit


def _entries(measure: Measure) -> tuple[TemplateCell, TemplateCell, TemplateCell]:
    """Value, numerator and denominator; the ones this kind of measure lacks are greyed."""
    if measure.kind == Kind.RATIO:
        return (
            UNUSED,
            TemplateCell(entry="number", note=measure.numerator_name),
            TemplateCell(entry="number", note=measure.denominator_name),
        )
    if measure.kind == Kind.YES_NO:
        choices = TemplateCell(entry="choice", choices=YES_NO[in_chinese()])
        return choices, UNUSED, UNUSED
    return _count_cell(measure.decimals), UNUSED, UNUSED


def _count_cell(decimals: int) -> TemplateCell:
    places = "0" * decimals
    number_format = f"#,##0.{places}" if places else "#,##0"
    return TemplateCell(entry="number", whole=not decimals, number_format=number_format)
