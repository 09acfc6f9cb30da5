"""Reporting and on-time rates over the API: the numbers of the reporting matrix."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_fields import PeriodField, PlainDecimal
from metroplan.common.api_filters import COMMON, KnownFilters
from metroplan.common.periods import newest_closed
from metroplan.organisations.models import Organisation
from metroplan.organisations.permissions import MayView
from metroplan.submissions.models import ReportingForm
from metroplan.submissions.selectors.rates import ORDERS, USUAL, Rates

QUARTERS = 8


class RateOut(serializers.Serializer):
    """One form, quarter and unit: of all units due at or below it, how many had reported.

    Rates are shares, "0.8750" of 1.
    """

    form = serializers.CharField()
    organisation = serializers.CharField()
    period = PeriodField()
    due = serializers.IntegerField()
    reported = serializers.IntegerField()
    on_time = serializers.IntegerField()
    reporting_rate = PlainDecimal(max_digits=5, decimal_places=4)
    on_time_rate = PlainDecimal(max_digits=5, decimal_places=4)


class RateQuery(serializers.Serializer):
    """`period` is one quarter; without it the eight up to `period_to` or the newest closed."""

    form = serializers.SlugField(required=False)
    organisation = serializers.CharField(required=False, max_length=16)
    period = PeriodField(required=False)
    period_from = PeriodField(required=False)
    period_to = PeriodField(required=False)
    ordering = serializers.CharField(required=False)

    def validate_ordering(self, value: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in value.split(","))
        if {name.removeprefix("-") for name in names} - set(ORDERS):
            says = _("The list cannot be ordered by this; it can be by: {names}.")
            raise serializers.ValidationError(says.format(names=", ".join(ORDERS)))
        return names


def _parameter(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description)


class ReportingRateViewSet(viewsets.GenericViewSet):
    """Reporting and on-time rates of the caller's unit and every unit below it.

    `reported` counts the units that handed the form in, `on_time` those that did by the due day;
    both are shares of `due`, the units that filled the form by the tree of that quarter.
    """

    serializer_class = RateOut
    permission_classes = [MayView]
    needs = "submission.view"
    filter_backends: list[Any] = []
    queryset = Organisation.objects.none()

    def get_queryset(self) -> QuerySet[Organisation]:
        """The units whose rates may be read."""
        return Organisation.objects.visible_to(self.request.user)

    @extend_schema(
        parameters=[
            _parameter("form", "Code of a form."),
            _parameter("organisation", "Code of a unit."),
            _parameter("period", "One quarter, `2024Q3`."),
            _parameter("period_from", "First quarter; without it eight up to the last."),
            _parameter("period_to", "Last quarter; without it the newest closed one."),
            _parameter("ordering", f"{', '.join(ORDERS)}; `-` turns it round."),
        ]
    )
    def list(self, request: Request) -> Response:
        rows = self.paginate_queryset(self._rates(request))
        return self.get_paginated_response(RateOut(rows, many=True).data)

    def _rates(self, request: Request) -> Rates:
        known = set(RateQuery().fields) | COMMON
        KnownFilters.refuse(set(request.query_params) - known, known)
        query = RateQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        given = query.validated_data
        last = given.get("period") or given.get("period_to") or newest_closed(timezone.localdate())
        first = given.get("period") or given.get("period_from") or last - (QUARTERS - 1)
        forms = None
        if code := given.get("form"):
            forms = ReportingForm.objects.filter(code=code).values_list("pk", flat=True)
        return Rates(
            first,
            last,
            path=request.user.organisation.path,
            forms=forms,
            code=given.get("organisation", ""),
            order=given.get("ordering", USUAL),
        )
