"""A target broken down to the units below: entered, from a file, or proposed by a method."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.forms import BreakdownFileForm, PapersForm, SplitForm
from indicators.models import Indicator
from indicators.selectors.breakdown import (
    BreakdownPage,
    Ends,
    Parts,
    breakdown_page,
    proposed_parts,
    weight_measures,
)
from indicators.services.breakdown import Part, propose_breakdown
from indicators.services.breakdown_file import FileIssue, read_breakdown
from indicators.services.revision_values import TargetValues
from indicators.views.choosing import chosen_period
from indicators.views.indicators import visible_indicator
from indicators.views.revisions import chosen_unit
from metroplan.common.files import csv_response, csv_text
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation
from metroplan.organisations.policy import require

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_breakdown(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    indicator, unit = _subject(request, plan, code)
    if request.method == "POST":
        return _send(request, indicator, unit)
    if "method" not in request.GET:
        return _show(request, indicator, unit)
    return _split(request, indicator, unit)


@require_POST
def indicator_breakdown_import(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """Put the parts of a file into the table; they are sent from there like entered ones."""
    indicator, unit = _subject(request, plan, code)
    require(request.user, "target.propose", unit)
    form = BreakdownFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, indicator, unit, file_form=form, status=UNPROCESSABLE)
    page = _page(request, indicator, unit)
    units = Organisation.objects.filter(pk__in=[row.unit.pk for row in page.rows])
    file = form.cleaned_data["file"]
    found = read_breakdown(file.read(), file.name, units, [item.year for item in page.columns])
    if found.issues:
        return _show(request, indicator, unit, issues=found.issues, status=UNPROCESSABLE)
    return _show(request, indicator, unit, entered=found.parts)


@require_safe
def indicator_breakdown_export(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """The table as the file that can be filled in and imported."""
    indicator, unit = _subject(request, plan, code)
    page = _page(request, indicator, unit)
    lines = [
        (row.unit.code, row.unit.name, cell.year, cell.low, cell.high)
        for row in page.rows
        for cell in row.cells
    ]
    text = csv_text([("organisation", "name", "year", "low", "high"), *lines])
    return csv_response(text, f"{indicator.code}_{unit.code}_breakdown.csv")


def _subject(request: HttpRequest, plan: str, code: str) -> tuple[Indicator, Organisation]:
    indicator = visible_indicator(request, plan, code)
    require(request.user, "plan.view")
    return indicator, chosen_unit(request, indicator)


def _page(
    request: HttpRequest, indicator: Indicator, unit: Organisation, entered: Parts | None = None
) -> BreakdownPage:
    return breakdown_page(indicator, unit, chosen_period(request), request.user, entered)


def _show(
    request: HttpRequest,
    indicator: Indicator,
    unit: Organisation,
    *,
    entered: Parts | None = None,
    papers: PapersForm | None = None,
    split_form: SplitForm | None = None,
    file_form: BreakdownFileForm | None = None,
    issues: tuple[FileIssue, ...] = (),
    problem: MetroplanError | None = None,
    status: int = 200,
) -> HttpResponse:
    page = _page(request, indicator, unit, entered)
    context = {
        "page": page,
        "papers": papers or PapersForm(initial={"effective_from": timezone.localdate()}),
        "split_form": split_form or SplitForm(measures=_choices(indicator)),
        "file_form": file_form or BreakdownFileForm(),
        "issues": issues,
        "problem": problem,
        "filled_in": entered is not None,
    }
    return render(request, "indicators/indicator_breakdown.html", context, status=status)


def _choices(indicator: Indicator) -> list[tuple[str, str]]:
    return [(measure.code, measure.name) for measure in weight_measures(indicator)]


def _split(request: HttpRequest, indicator: Indicator, unit: Organisation) -> HttpResponse:
    form = SplitForm(request.GET, measures=_choices(indicator))
    if not form.is_valid():
        return _show(request, indicator, unit, split_form=form, status=UNPROCESSABLE)
    try:
        parts = proposed_parts(
            indicator, unit, chosen_period(request), request.user, **form.cleaned_data
        )
    except MetroplanError as problem:
        return _show(
            request, indicator, unit, split_form=form, problem=problem, status=problem.status
        )
    return _show(request, indicator, unit, split_form=form, entered=parts)


def _send(request: HttpRequest, indicator: Indicator, unit: Organisation) -> HttpResponse:
    require(request.user, "target.propose", unit)
    page = _page(request, indicator, unit)
    papers = PapersForm(request.POST)
    entered: Parts = {}
    try:
        entered = entered_parts(request.POST, page)
        if not papers.is_valid():
            return _show(
                request, indicator, unit, entered=entered, papers=papers, status=UNPROCESSABLE
            )
        made = propose_breakdown(
            indicator=indicator,
            parts=_parts(entered, page),
            papers=papers.papers(),
            actor=request.user,
        )
    except MetroplanError as problem:
        shown = {"entered": entered, "papers": papers, "problem": problem}
        return _show(request, indicator, unit, status=problem.status, **shown)
    text = ngettext(
        "Proposed: {count} target. Another person at {unit} has to approve it.",
        "Proposed: {count} targets. Another person at {unit} has to approve them.",
        len(made),
    )
    messages.success(request, text.format(count=len(made), unit=indicator.owner.name))
    return redirect("indicators:revision-list")


def entered_parts(sent: Mapping[str, str], page: BreakdownPage) -> Parts:
    """What was typed for the units and milestones of the page; an empty field asks for nothing."""
    parts: Parts = {}
    for row in page.rows:
        for cell in row.cells:
            suffix = f"{cell.unit}-{cell.year}"
            if page.done:
                if f"done-{suffix}" in sent:
                    parts[cell.unit, cell.year] = (None, None)
                continue
            ends: Ends = _number(sent, f"low-{suffix}"), _number(sent, f"high-{suffix}")
            if ends != (None, None):
                parts[cell.unit, cell.year] = ends
    return parts


def _number(sent: Mapping[str, str], name: str) -> Decimal | None:
    text = sent.get(name, "").strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise MetroplanError(
            "breakdown.not_a_number",
            _("“{value}” is not a number; write digits only."),
            status=UNPROCESSABLE,
            value=text[:20],
        )
    return number


def _parts(entered: Parts, page: BreakdownPage) -> list[Part]:
    units = Organisation.objects.in_bulk([row.unit.pk for row in page.rows])
    approximate = {column.year: column.approximate for column in page.columns}
    return [
        Part(units[unit], year, TargetValues(low, high, approximate[year]))
        for (unit, year), (low, high) in entered.items()
    ]
