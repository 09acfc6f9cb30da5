"""Pages that take one file to be kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from metroplan.submissions.services.evidence import too_large
from metroplan.submissions.views.bodies import ENVELOPE, announced_length, discard

View = Callable[..., HttpResponse]


def takes_a_file(view: View) -> View:
    """POST only. Too long a request is refused unread; only then is the CSRF token checked."""
    protected = csrf_protect(view)

    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if announced_length(request) > settings.EVIDENCE_MAX_BYTES + ENVELOPE:
            discard(request)
            raise too_large()
        return protected(request, *args, **kwargs)

    return guarded
