"""Serializer and filter fields for quarters."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from metroplan.common.periods import Period


@extend_schema_field({"type": "string", "pattern": r"^\d{4}Q[1-4]$", "example": "2024Q3"})
class PeriodField(serializers.Field):
    default_error_messages = {"invalid": _("“{value}” is not a quarter: write it like 2024Q3.")}

    def to_representation(self, value: Period) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> Period:
        try:
            return Period.parse(str(data))
        except ValueError:
            self.fail("invalid", value=data)


@extend_schema_field({"type": "string", "pattern": r"^\d{4}Q[1-4]$"})
class PeriodFilter(django_filters.CharFilter):
    """Takes 2024Q3; anything else finds nothing that could be mistaken for an answer: 400."""

    def filter(self, queryset: Any, value: str) -> Any:
        if not value:
            return queryset
        try:
            period = Period.parse(value)
        except ValueError as error:
            message = _("“{value}” is not a quarter: write it like 2024Q3.")
            raise serializers.ValidationError(
                {self.field_name: [message.format(value=value)]}
            ) from error
        return super().filter(queryset, period)
