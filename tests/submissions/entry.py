"""What a clerk types into the browser form, as the page and its script send it."""

from typing import Any

from django.http import HttpResponseBase
from django.test import Client

from metroplan.submissions.models import Submission
from metroplan.submissions.selectors.grid import Grid
from tests.submissions.quarter import page

FIELDS = {
    "units": ("value", "note"),
    "standards": ("value", "note"),
    "rate": ("numerator", "denominator", "note"),
}
BLANK = {f"{part}.{key}": "" for key, parts in FIELDS.items() for part in parts}


def form_of(submission: Submission, *, note: str = "", **figures: object) -> dict[str, Any]:
    """A plain form on a fresh page; a pair is numerator and denominator, the note is of units."""
    sent = {"expected_version": submission.version, "base": submission.version, "revision": 0}
    sent |= BLANK | {"note.units": note}
    for key, figure in figures.items():
        if isinstance(figure, tuple):
            sent |= {f"numerator.{key}": figure[0], f"denominator.{key}": figure[1]}
        else:
            sent[f"value.{key}"] = figure
    return sent


def typed(grid: Grid) -> dict[str, str]:
    """By field, what the page shows in it."""
    return {cell.name: cell.text for line in grid.lines for cell in line.cells if cell.asked}


def page_of(client: Client, submission: Submission) -> dict[str, Any]:
    """The form as it is sent when nothing on the page is touched."""
    grid = client.get(page("submission-entry", submission)).context["grid"]
    seen = {"expected_version": grid.submission.version}
    return seen | {"base": grid.base, "revision": grid.revision} | typed(grid)


def draft(lines: dict[str, dict[str, str]], *, base: int = 0, revision: int = 0) -> dict[str, Any]:
    return {"base": base, "revision": revision, "lines": lines}


def json_post(
    client: Client, name: str, submission: Submission, body: dict[str, Any]
) -> HttpResponseBase:
    return client.post(page(name, submission), body, content_type="application/json")
