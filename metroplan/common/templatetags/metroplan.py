"""Filters and tags of every page; a builtin of the template engine, so nothing loads it."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    RadioSelect,
    Select,
)
from django.template.context import RequestContext

from metroplan.common.naming import reader_language
from metroplan.common.periods import Period
from metroplan.common.rounding import NOT_KNOWN, exact_text, figure_text

register = template.Library()

SUFFICIENT_COVERAGE = Decimal("0.80")

STATUS_ICONS = {
    "achieved": "ti-circle-check",
    "ahead": "ti-chevrons-up",
    "on_track": "ti-check",
    "slightly_behind": "ti-chevron-down",
    "behind": "ti-chevrons-down",
    "seriously_behind": "ti-alert-triangle",
    "missed": "ti-circle-x",
    "regressing": "ti-trending-down",
    "due_soon": "ti-hourglass-low",
    "not_due": "ti-calendar",
    "baseline": "ti-flag",
    "no_data": "ti-circle-dashed",
    "stale": "ti-clock-off",
    "open": "ti-pencil",
    "submitted": "ti-send",
    "returned": "ti-arrow-back-up",
    "correcting": "ti-edit-circle",
    "approved": "ti-circle-check",
    "unapproved": "ti-rotate-2",
    "reopened": "ti-lock-open",
    "refused": "ti-circle-x",
    "staged": "ti-eye-check",
}


@register.filter
def figure(value: Decimal | None, decimals: int = 0) -> str:
    """`1234.5` as `1,234.5`, rounded for display by GB/T 8170; nothing is a dash."""
    return figure_text(None if value is None else Decimal(value), int(decimals))


@register.filter
def exact(value: Decimal | None) -> str:
    """`1234.50` as `1,234.5`: not rounded; nothing is a dash."""
    return NOT_KNOWN if value is None else exact_text(value)


@register.filter
def percent(share: Decimal | None, decimals: int = 1) -> str:
    """A share (`0.375`) as `37.5%`. A measure in percent already is shown by `figure`."""
    return NOT_KNOWN if share is None else f"{figure(Decimal(share) * 100, decimals)}%"


@register.filter
def period(value: Period | None) -> str:
    """`2026年第三季度` or `2026 Q3`; the column form `2026Q3` is the plain value."""
    return NOT_KNOWN if value is None else value.in_words(reader_language())


@register.filter
def under(path: str, href: str) -> bool:
    """Whether the page at `path` belongs to the section that begins at `href`."""
    return path == href or path.startswith(href.rstrip("/") + "/")


@register.simple_tag(takes_context=True)
def query_replace(context: RequestContext, **changes: Any) -> str:
    """The page's query string with some values changed; None or "" takes one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def known_query(context: RequestContext) -> str:
    """`&known_on=2016-05-01` on a page that looks back, so that its links do too; else nothing."""
    day = getattr(context.get("request"), "known_on", None)
    return f"&known_on={day:%Y-%m-%d}" if day else ""


@register.simple_tag
def page_numbers(page: Page) -> list[int | str]:
    """The numbers to offer, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


@register.inclusion_tag("common/_status.html")
def status_badge(status: str, label: Any, provisional: bool = False) -> dict[str, Any]:
    """Colour, sign and word of a status; `provisional` marks a total with thin coverage."""
    return {
        "status": status,
        "label": label,
        "icon": STATUS_ICONS.get(status, "ti-point"),
        "provisional": provisional,
    }


@register.inclusion_tag("common/_coverage.html")
def coverage(reported: int, expected: int) -> dict[str, Any]:
    """`8/10`, marked when too few units reported for the total to be more than provisional."""
    thin = expected > 0 and Decimal(reported) / expected < SUFFICIENT_COVERAGE
    return {"reported": reported, "expected": expected, "thin": thin}


@register.inclusion_tag("common/_progress_bar.html")
def progress_bar(share: Decimal | None, label: Any = "", status: str = "") -> dict[str, Any]:
    """A bar for a share; it stops at both ends, the number beside it does not."""
    within = None if share is None else min(max(Decimal(share), Decimal(0)), Decimal(1))
    percents = None if within is None else int((within * 100).to_integral_value(ROUND_HALF_EVEN))
    return {"share": share, "percents": percents, "label": label, "status": status}


@register.inclusion_tag("common/_field.html")
def field(bound: BoundField, **attributes: Any) -> dict[str, Any]:
    """A form field with its label, help and errors, in the look of the pages."""
    widget = bound.field.widget
    choice = isinstance(widget, CheckboxInput)
    attributes = {name.replace("_", "-"): value for name, value in attributes.items()}
    if not isinstance(widget, RadioSelect):
        attributes["class"] = css_class(widget) + (" is-invalid" if bound.errors else "")
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attributes),
        "choice": choice,
        "many": isinstance(widget, CheckboxSelectMultiple),
    }


def css_class(widget: Any) -> str:
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"
