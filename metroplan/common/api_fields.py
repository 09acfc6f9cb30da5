"""Serializer and filter fields that every part of the API shares."""

from typing import Any

import django_filters
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from metroplan.common.periods import Period

QUARTER = {"type": "string", "pattern": r"^\d{4}Q[1-4]$", "example": "2024Q3"}
NOT_A_QUARTER = _("“{value}” is not a quarter: write it like 2024Q3.")


@extend_schema_field(QUARTER)
class PeriodField(serializers.Field):
    default_error_messages = {"invalid": NOT_A_QUARTER}

    def to_representation(self, value: Period) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> Period:
        try:
            return Period.parse(str(data))
        except ValueError:
            self.fail("invalid", value=data)


class PlainDecimal(serializers.DecimalField):
    """A decimal as text, in full and without trailing zeros: "0.9375"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"normalize_output": True, "coerce_to_string": True} | kwargs)


class ModelOut(serializers.ModelSerializer):
    """What leaves: decimals as plain text."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.DecimalField: PlainDecimal
    }


class QuarterFormField(forms.CharField):
    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        try:
            return Period.parse(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(NOT_A_QUARTER.format(value=text[:20])) from error


@extend_schema_field(QUARTER)
class PeriodFilter(django_filters.Filter):
    """Takes 2024Q3; anything else is refused, not mistaken for a quarter without rows."""

    field_class = QuarterFormField


@extend_schema_field({"type": "integer"})
class IntegerFilter(django_filters.Filter):
    """A whole number; one that names a row finds only rows that are visible anyway."""

    field_class = forms.IntegerField
