"""How the API shows every error: one body, stable codes."""

from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from metroplan.common.problems import MetroplanError, same_at_once

CODES = {
    status.HTTP_400_BAD_REQUEST: "request.invalid",
    status.HTTP_401_UNAUTHORIZED: "request.not_signed_in",
    status.HTTP_403_FORBIDDEN: "request.forbidden",
    status.HTTP_404_NOT_FOUND: "request.not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "request.method_not_allowed",
    status.HTTP_406_NOT_ACCEPTABLE: "request.not_acceptable",
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: "request.too_large",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "request.media_type",
    status.HTTP_429_TOO_MANY_REQUESTS: "request.too_many",
}


class ErrorOut(serializers.Serializer):
    """`code` is stable, `message` is in the caller's language, `fields` maps an input to what is
    wrong with it, `issues` lists the problems of an uploaded file."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    issues = serializers.ListField(child=serializers.DictField())


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The request is too large: send less at once.")


def body(
    code: str,
    message: str,
    *,
    fields: dict | None = None,
    issues: list | None = None,
) -> dict[str, Any]:
    return {"code": code, "message": message, "fields": fields or {}, "issues": issues or []}


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error of the API as `{code, message, fields, issues}`, as JSON even to who asked for
    CSV."""
    if met := same_at_once(error):
        error = met
    if isinstance(error, MetroplanError):
        response = Response(
            body(error.code, error.message, fields=error.fields), status=error.status
        )
    else:
        error = _as_api(error)
        if not isinstance(error, exceptions.APIException):
            return None
        response = Response(_api_body(error), status=error.status_code, headers=_headers(error))
    set_rollback()
    if request := context.get("request"):
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
    return response


def _as_api(error: Exception) -> Exception:
    """Django's own refusals as those of the framework."""
    if isinstance(error, ValidationError):
        return exceptions.ValidationError(getattr(error, "message_dict", error.messages))
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError()
    return error


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
