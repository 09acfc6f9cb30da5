"""The template of the sheet of figures: what each line of a form asks for and where."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from indicators.columns import COLUMNS, PARTS
from indicators.figures import Registered
from indicators.models import Kind, Measure
from metroplan.common.naming import in_chinese
from metroplan.common.text import plain_number
from metroplan.submissions.joint import NAME_HEADING, UNIT_HEADING
from metroplan.submissions.manifest import sign_joint_manifest, sign_manifest
from metroplan.submissions.models import FigureState
from metroplan.submissions.selectors.typed import Texts
from metroplan.submissions.template import TemplateCell, TemplateSheet
from metroplan.submissions.types import JointContext, SheetContext

UNUSED = TemplateCell(entry="unused")
PRINTED = ("", "unused")
YES_NO = {True: ("是", "否", "/"), False: ("yes", "no", "/")}


def figure_template(
    context: SheetContext,
    measures: list[Measure],
    due_on: date | None,
    registered: Mapping[str, Registered],
    present: Mapping[str, Texts],
) -> TemplateSheet:
    """`registered` are lines that a register counts: they come filled in and stay as they are.

    `present` is what is to stand in the other lines already, by measure.
    """
    return TemplateSheet(
        sheet_name=pgettext("name of a sheet", "Figures"),
        title=context.form.name,
        facts=_facts(context, due_on),
        guide=_guide(),
        headings=_headings(),
        widths=tuple(column.width for column in COLUMNS),
        lines=tuple(
            _filled(_line(measure, registered.get(measure.code)), present.get(measure.code, {}))
            for measure in measures
        ),
        warning=_("Expected: a number not below 0, or / where the line does not apply."),
        manifest=sign_manifest(context, asked_lines(measures)),
    )


def joint_figure_template(
    context: JointContext,
    measures: list[Measure],
    registered: Mapping[tuple[int, str], Registered],
) -> TemplateSheet:
    """A line for every unit and measure; the headings choose which are in view."""
    asked = {measure.code: _line(measure) for measure in measures}
    by_code = {measure.code: measure for measure in measures}
    counted = {at: _line(by_code[at[1]], figure) for at, figure in registered.items()}
    filler = f"{context.filler.name} ({context.filler.code})"
    return TemplateSheet(
        sheet_name=pgettext("name of a sheet", "Figures"),
        title=context.form.name,
        facts=((_("Filled in by"), filler), (_("Quarter"), str(context.period))),
        guide=(_("Each unit is taken whole or not at all."), *_guide()[:-1]),
        headings=(UNIT_HEADING[in_chinese()], NAME_HEADING[in_chinese()], *_headings()),
        widths=(12, 20, *(column.width for column in COLUMNS)),
        lines=tuple(
            (
                TemplateCell(unit.code),
                TemplateCell(unit.name),
                *counted.get((unit.pk, code), cells),
            )
            for unit in context.units
            for code, cells in asked.items()
        ),
        warning=_("Expected: a number not below 0, or / where the line does not apply."),
        manifest=sign_joint_manifest(context, asked_lines(measures)),
        frozen=4,
        filtered=True,
    )


def asked_lines(measures: Iterable[Measure]) -> list[str]:
    """What makes a template outdated when it changes."""
    return [f"{measure.code} {measure.kind} {measure.unit_zh}" for measure in measures]


def _headings() -> tuple[str, ...]:
    """What stands in brackets is no part of a heading when the file is read."""
    remark = {"note": _("why, if the figure is unusual")}
    return tuple(
        f"{column.title} ({remark[column.key]})" if column.key in remark else column.title
        for column in COLUMNS
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


def _line(measure: Measure, registered: Registered | None = None) -> tuple[TemplateCell, ...]:
    return (
        TemplateCell(measure.code),
        TemplateCell(measure.name),
        TemplateCell(_unit(measure)),
        *(_entries(measure) if registered is None else _printed(registered)),
        TemplateCell(entry="text" if registered is None else "unused"),
    )


def _filled(cells: tuple[TemplateCell, ...], texts: Texts) -> tuple[TemplateCell, ...]:
    """The line with what was entered before in the cells that may be filled in."""
    return tuple(
        replace(cell, text=texts.get(column.key, "")) if cell.entry not in PRINTED else cell
        for cell, column in zip(cells, COLUMNS, strict=True)
    )


def _as_counted(registered: Registered, part: str) -> str:
    if registered.state == FigureState.NOT_APPLICABLE:
        return registered.text if part == PARTS[0] else ""
    number = getattr(registered, part)
    return "" if number is None else plain_number(number)


def _printed(registered: Registered) -> tuple[TemplateCell, ...]:
    """Value, numerator and denominator as counted, in cells that stay as they are."""
    note = _("Counted from the register: leave it as it is.")
    texts = [_as_counted(registered, part) for part in PARTS]
    return tuple(TemplateCell(text, entry="unused", note=note if text else "") for text in texts)


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
