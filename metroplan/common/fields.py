"""Model field for a quarter, stored as its index so that SQL can count with it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period


class PeriodField(models.SmallIntegerField):
    description = "A calendar quarter"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Period | None:
        return None if value is None else Period(value)

    def to_python(self, value: Any) -> Period | None:
        if value is None or isinstance(value, Period):
            return value
        try:
            return Period(value) if isinstance(value, int) else Period.parse(str(value))
        except ValueError as error:
            raise ValidationError(
                _("“%(value)s” is not a quarter: write it like 2024Q3."),
                code="not_a_quarter",
                params={"value": value},
            ) from error

    def get_prep_value(self, value: Any) -> int | None:
        period = self.to_python(value)
        return None if period is None else period.index

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    @property
    def validators(self) -> list:
        """None: the integer bounds of the column type do not apply to a quarter object."""
        return []
