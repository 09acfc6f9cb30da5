"""What the pages share that change a record: refused at the field, or saved and shown."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from metroplan.common.problems import MetroplanError
from standards.views.life import add_errors

UNPROCESSABLE = 422
CHANGES = ["GET", "HEAD", "POST"]


def edited(
    request: HttpRequest,
    *,
    form: Form,
    thing: Model | None,
    save: Callable[[dict[str, Any], int | None], Model],
    template: str,
    address: str,
) -> HttpResponse:
    """Shows the form; one that was sent is saved by `save(data, expected_version)` and leads to
    `address`, or comes back with what was wrong. The form has `expected_version`."""
    context: dict[str, Any] = {"form": form, "thing": thing}
    if not form.is_bound:
        return render(request, template, context)
    if not form.is_valid():
        return render(request, template, context, status=UNPROCESSABLE)
    data = dict(form.cleaned_data)
    version = data.pop("expected_version")
    try:
        saved = save(data, version)
    except ValidationError as error:
        add_errors(form, error)
        return render(request, template, context, status=UNPROCESSABLE)
    except MetroplanError as problem:
        if thing is not None:
            thing.refresh_from_db()
            context["present_version"] = thing.version
        return render(request, template, context | {"problem": problem}, status=problem.status)
    messages.success(request, _("“{name}” is saved.").format(name=saved.name))
    return redirect(address, pk=saved.pk)


def acted(
    request: HttpRequest,
    *,
    form: Form,
    act: Callable[[dict[str, Any]], str | Promise],
    refused: Callable[..., HttpResponse],
    back: str,
) -> HttpResponse:
    """Does one thing from a page and comes back to it: `act` says what to tell, `refused(status,
    problem)` shows the page with what was wrong."""
    if not form.is_valid():
        return refused(status=UNPROCESSABLE)
    try:
        done = act(dict(form.cleaned_data))
    except ValidationError as error:
        add_errors(form, error)
        return refused(status=UNPROCESSABLE)
    except MetroplanError as problem:
        return refused(status=problem.status, problem=problem)
    messages.success(request, done)
    return redirect(back)
