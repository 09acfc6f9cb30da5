"""A filter that is misspelt must not answer with rows nobody asked for."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.views import APIView

COMMON = {"page", "page_size", "ordering", "format"}


class KnownFilters(DjangoFilterBackend):
    """Refuses parameters that the list does not know."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: APIView) -> QuerySet:
        filters = self.get_filterset_class(view, queryset)
        known = COMMON | set(filters.base_filters if filters else ())
        self.refuse(set(request.query_params) - known, known)
        return super().filter_queryset(request, queryset, view)

    @staticmethod
    def refuse(unknown: set[str], known: set[str]) -> None:
        if unknown:
            says = _("This list has no such filter; it takes: {known}.")
            text = says.format(known=", ".join(sorted(known)))
            raise ValidationError({name: [text] for name in sorted(unknown)})


class KnownOrdering(OrderingFilter):
    """Refuses fields that cannot be ordered by; rows that are equal keep one order over pages."""

    def remove_invalid_fields(
        self, queryset: QuerySet, fields: list[str], view: APIView, request: Request
    ) -> list[str]:
        known = super().remove_invalid_fields(queryset, fields, view, request)
        if len(known) < len(fields):
            names = ", ".join(name for name, _label in self.get_valid_fields(queryset, view))
            says = _("The list cannot be ordered by this; it can be by: {names}.")
            raise ValidationError({self.ordering_param: [says.format(names=names)]})
        return [*known, "pk"]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            parameter["description"] = f"{', '.join(view.ordering_fields)}; `-` turns it round."
        return parameters
