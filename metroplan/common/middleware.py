"""Turns a refusal on a page into a page that says what happened and what to do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from metroplan.common.language import API
from metroplan.common.problems import MetroplanError, same_at_once

NUL = "\x00"


class ProblemMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django answers with nothing to read; the API has a body of its own.
        if isinstance(response, HttpResponseNotAllowed):
            return _not_allowed(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        """No text of ours has a NUL in it and the database takes none; the API's fields refuse it
        themselves."""
        if request.path_info.startswith(API):
            return None
        if any(NUL in str(part) for part in kwargs.values()):
            raise Http404
        if any(NUL in text for _name, texts in request.GET.lists() for text in texts):
            return _page(request, _unreadable())
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if met := same_at_once(error):
            error = met
        return _page(request, error) if isinstance(error, MetroplanError) else None


def _unreadable() -> MetroplanError:
    return MetroplanError(
        "request.unreadable",
        _("The address holds a character that no text has: type it anew, or go back."),
        status=400,
    )


def _not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    error = MetroplanError(
        "request.method_not_allowed",
        _("This address is not opened in this way: go back and use what the page offers."),
        status=response.status_code,
    )
    page = _page(request, error)
    page.headers["Allow"] = response.headers["Allow"]
    return page


def _page(request: HttpRequest, error: MetroplanError) -> HttpResponse:
    return render(request, "problem.html", {"problem": error}, status=error.status)
