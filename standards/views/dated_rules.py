"""What the pages share that list rules, each from the day on which it holds, above a form for one
more."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from metroplan.organisations.policy import can, require
from standards.views.life import add_errors

CHANGES = ["GET", "HEAD", "POST"]
VIEW, KEEP = "catalogue.view", "catalogue.keep"
UNPROCESSABLE = 422


def dated_rules(
    request: HttpRequest,
    *,
    shape: type[Form],
    save: Callable[..., Any],
    done: str,
    address: str,
    template: str,
    context: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """A form that was sent is saved by `save(actor, …)` and leads back to `address`, telling
    `done`; else `context` gives what the page shows beside the form."""
    require(request.user, VIEW)
    unit = request.user.organisation
    form = shape(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(request.user, KEEP, unit)
        if form.is_valid() and _saved(request, form, save):
            messages.success(request, done)
            return redirect(address)
    shown = {"form": form, "may_change": can(request.user, KEEP, unit)}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, template, context() | shown, status=status)


def _saved(request: HttpRequest, form: Form, save: Callable[..., Any]) -> bool:
    try:
        save(actor=request.user, **form.cleaned_data)
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True
