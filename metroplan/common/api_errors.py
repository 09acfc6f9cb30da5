"""How the API shows every error: one body, stable codes."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from metroplan.common.problems import MetroplanError

CODES = {
    status.HTTP_400_BAD_REQUEST: "request.invalid",
    status.HTTP_401_UNAUTHORIZED: "request.not_signed_in",
    status.HTTP_403_FORBIDDEN: "request.forbidden",
    status.HTTP_404_NOT_FOUND: "request.not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "request.method_not_allowed",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "request.media_type",
    status.HTTP_429_TOO_MANY_REQUESTS: "request.too_many",
}


def body(
    code: str,
    message: str,
    *,
    fields: dict | None = None,
    issues: list | None = None,
) -> dict[str, Any]:
    return {"code": code, "message": message, "fields": fields or {}, "issues": issues or []}


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error of the API as `{code, message, fields, issues}`."""
    if isinstance(error, MetroplanError):
        set_rollback()
        return Response(body(error.code, error.message, fields=error.fields), status=error.status)
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(getattr(error, "message_dict", error.messages))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return Response(_api_body(error), status=error.status_code, headers=_headers(error))


def _api_body(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"request": error.detail}
        return body(
            "request.invalid", str(_("Some fields are not as they should be.")), fields=fields
        )
    codes = error.get_codes()
    default = CODES.get(error.status_code, "request.failed")
    code = codes if isinstance(codes, str) and "." in codes else default
    return body(code, str(error.detail))


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))
    return headers
