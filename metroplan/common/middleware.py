"""Turns a refusal on a page into a page that says what happened and what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError


class ProblemMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django answers with nothing to read; the API has a body of its own.
        if isinstance(response, HttpResponseNotAllowed):
            return _not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _page(request, error) if isinstance(error, MetroplanError) else None


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
