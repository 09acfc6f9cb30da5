"""What the API's schema says beside what it reads from the code."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from metroplan.common.api_errors import ErrorOut


class Schema(AutoSchema):
    """Every operation may answer with the one error body."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            refused = self._get_response_for_code(ErrorOut, "default", ["application/json"])
            operation["responses"].setdefault("default", refused)
        return operation
