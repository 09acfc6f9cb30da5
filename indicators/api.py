"""Measures, indicators, targets, observations and progress over the API, all by their codes.

An indicator's code is that of its plan and its own, joined by a full stop:
`guangxi-2014.integrity-units`.
"""

from datetime import date
from typing import Any

import django_filters
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api_what_if import WhatIfIn, WhatIfOut
from indicators.engine.as_known import as_known_on, end_of
from indicators.engine.goals import Unit, current_targets, targets_of
from indicators.engine.in_force import in_force
from indicators.known_day import PARAMETER, known_day
from indicators.models import Indicator, Measure, Observation, Progress, RollUp, Target
from indicators.rules import Verdict
from indicators.selectors.explaining import explanation
from indicators.selectors.forecasts import outlooks
from indicators.services.what_if import simulate
from metroplan.common.api_errors import ErrorOut
from metroplan.common.api_fields import (
    IntegerFilter,
    ModelOut,
    PeriodField,
    PeriodFilter,
    PlainDecimal,
)
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation
from metroplan.organisations.permissions import MayView

FULL_CODE = Concat("plan__code", Value("."), "code", output_field=CharField())
# The quarter of the newest figure behind a row of progress.
NEWEST = Subquery(
    RollUp.objects.filter(
        series=OuterRef("indicator__series"),
        organisation=OuterRef("organisation"),
        period=OuterRef("period"),
    ).values("newest")[:1]
)


def full_code(indicator: Indicator) -> str:
    return f"{indicator.plan.code}.{indicator.code}"


class MeasureOut(ModelOut):
    counted_since = PeriodField(
        allow_null=True, help_text="First quarter that the register counts; null is always."
    )

    class Meta:
        model = Measure
        fields = [
            "code", "name_zh", "name_en", "unit_zh", "unit_en", "kind", "accumulation", "roll_up",
            "mean_level", "numerator_zh", "numerator_en", "denominator_zh", "denominator_en",
            "decimals", "carry_forward", "source", "counted_since",
        ]  # fmt: skip


class IndicatorOut(ModelOut):
    code = serializers.SerializerMethodField()
    plan = serializers.SlugRelatedField("code", read_only=True)
    measure = serializers.CharField(source="series.measure.code")
    window = serializers.CharField(source="series.window")
    category = serializers.SlugRelatedField("code", read_only=True)
    owner = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Indicator
        fields = [
            "code", "plan", "measure", "window", "name_zh", "name_en", "clause", "category",
            "attribute", "comparator", "basis", "mode", "owner", "baseline_year",
            "baseline_value", "group", "notes_zh", "notes_en",
        ]  # fmt: skip

    def get_code(self, indicator: Indicator) -> str:
        return full_code(indicator)


class OfIndicator(serializers.Serializer):
    """What rows that belong to an indicator and a unit begin with."""

    indicator = serializers.SerializerMethodField()
    organisation = serializers.SlugRelatedField("code", read_only=True)

    def get_indicator(self, row: Any) -> str:
        return full_code(row.indicator)


class TargetOut(OfIndicator, ModelOut):
    milestone = serializers.IntegerField(source="milestone.year")

    class Meta:
        model = Target
        fields = [
            "indicator", "organisation", "milestone", "low", "high", "approximate", "revision",
            "effective_from", "document", "reason", "is_demo",
        ]  # fmt: skip


class ObservationOut(ModelOut):
    """`trace` is the address of the page that leads to the cell the figure came from."""

    measure = serializers.SlugRelatedField("code", read_only=True)
    organisation = serializers.SlugRelatedField("code", read_only=True)
    period = PeriodField()
    trace = serializers.SerializerMethodField()

    class Meta:
        model = Observation
        fields = [
            "measure", "organisation", "period", "state", "value", "numerator", "denominator",
            "revision", "recorded_at", "trace",
        ]  # fmt: skip

    def get_trace(self, row: Observation) -> str:
        return reverse("indicators:observation-trace", args=[row.pk])


class ForecastDecimal(PlainDecimal):
    def __init__(self) -> None:
        super().__init__(max_digits=None, decimal_places=12)


class ForecastOut(serializers.Serializer):
    """The figure at the milestone ahead if it goes on as in the last `points` observed quarters."""

    milestone = serializers.IntegerField(source="milestone_year")
    value = ForecastDecimal()
    low = ForecastDecimal()
    high = ForecastDecimal()
    verdict = serializers.ChoiceField([verdict.value for verdict in Verdict])
    points = serializers.IntegerField(source="trend.points")


class ProgressOut(OfIndicator, ModelOut):
    """`lag_quarters` is positive when behind the path; ratios of progress are parts of one."""

    period = PeriodField()
    forecast = ForecastOut(allow_null=True, read_only=True)
    milestone = serializers.IntegerField(source="milestone_year", allow_null=True)
    explanation = serializers.SerializerMethodField()

    class Meta:
        model = Progress
        fields = [
            "indicator", "organisation", "period", "actual", "expected", "target", "milestone",
            "baseline", "attainment", "schedule_ratio", "lag_quarters", "status", "provisional",
            "met_by_rounding", "reported", "units_expected", "carried", "forecast",
            "explanation", "rule_version", "computed_at",
        ]  # fmt: skip

    def get_explanation(self, row: Progress) -> str:
        unit = Unit.from_path(row.organisation_id, row.organisation.path)
        asked = targets_of(row.indicator, unit, self.context["targets"])
        return explanation(row, row.indicator, row.organisation, asked, row.newest)


class LooksBack(django_filters.FilterSet):
    """`?known_on=2016-05-01` answers with what was known at the end of that day."""

    known_on = django_filters.CharFilter(method="looked_at_by_the_view", label="as known on")

    def looked_at_by_the_view(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows


def asked_day(request: Request) -> date | None:
    return known_day(request.GET.get(PARAMETER, ""))


class OfPlanFilter(django_filters.FilterSet):
    plan = django_filters.CharFilter(field_name="plan__code")
    measure = django_filters.CharFilter(field_name="series__measure__code")
    category = django_filters.CharFilter(field_name="category__code")

    class Meta:
        model = Indicator
        fields = ["attribute", "comparator"]


class OfIndicatorFilter(LooksBack):
    plan = django_filters.CharFilter(field_name="indicator__plan__code")
    indicator = django_filters.CharFilter(method="by_code")
    organisation = django_filters.CharFilter(field_name="organisation__code")

    def by_code(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        plan, _stop, code = value.partition(".")
        return rows.filter(indicator__plan__code=plan, indicator__code=code)


class TargetFilter(OfIndicatorFilter):
    milestone = IntegerFilter(field_name="milestone__year")


class ProgressFilter(OfIndicatorFilter):
    period = PeriodFilter(field_name="period")
    period_from = PeriodFilter(field_name="period", lookup_expr="gte")
    period_to = PeriodFilter(field_name="period", lookup_expr="lte")

    class Meta:
        model = Progress
        fields = ["status", "provisional"]


class ObservationFilter(LooksBack):
    measure = django_filters.CharFilter(field_name="measure__code")
    organisation = django_filters.CharFilter(field_name="organisation__code")
    period = PeriodFilter(field_name="period")
    period_from = PeriodFilter(field_name="period", lookup_expr="gte")
    period_to = PeriodFilter(field_name="period", lookup_expr="lte")

    class Meta:
        model = Observation
        fields = ["state"]


class MeasureViewSet(viewsets.ReadOnlyModelViewSet):
    """What is collected; the same for every unit."""

    serializer_class = MeasureOut
    permission_classes = [MayView]
    needs = "plan.view"
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    filterset_fields = ["kind", "accumulation", "roll_up", "source"]
    ordering_fields = ["code"]
    queryset = Measure.objects.all()


class IndicatorViewSet(viewsets.ReadOnlyModelViewSet):
    """`?plan=guangxi-2014`; one by `guangxi-2014.integrity-units`."""

    serializer_class = IndicatorOut
    permission_classes = [MayView]
    stores_nothing = {"simulate"}
    lookup_field = "full_code"
    lookup_url_kwarg = "code"
    lookup_value_regex = "[^/]+"
    filterset_class = OfPlanFilter
    ordering_fields = ["position", "code"]
    queryset = Indicator.objects.none()

    @property
    def needs(self) -> str:
        return "figures.view" if self.action == "simulate" else "plan.view"

    def get_queryset(self) -> QuerySet[Indicator]:
        visible = Indicator.objects.visible_to(self.request.user).annotate(full_code=FULL_CODE)
        return visible.select_related("plan", "series__measure", "category", "owner")

    @extend_schema(request=WhatIfIn, responses={200: WhatIfOut, 400: ErrorOut, 422: ErrorOut})
    @action(detail=True, methods=["post"])
    def simulate(self, request: Request, code: str) -> Response:
        """The statuses that would follow from other targets, thresholds or figures, for the unit
        and those above it; nothing is stored."""
        indicator = self.get_object()
        given = WhatIfIn(data=request.data)
        given.is_valid(raise_exception=True)
        outcomes = simulate(
            indicator=indicator,
            organisation=given.validated_data["organisation"],
            period=given.validated_data["period"],
            supposed=given.supposed(),
            user=request.user,
        )
        period = given.validated_data["period"]
        answer = {"indicator": full_code(indicator), "period": period, "results": outcomes}
        return Response(WhatIfOut(answer).data)


class TargetViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Every revision of every target of the caller's units, the newest revision in force.

    `?known_on=2016-05-01` leaves out those that were not known, or not in effect, on that day.
    """

    serializer_class = TargetOut
    permission_classes = [MayView]
    needs = "plan.view"
    filterset_class = TargetFilter
    ordering_fields = ["milestone__year", "revision"]
    queryset = Target.objects.none()

    def get_queryset(self) -> QuerySet[Target]:
        visible = Target.objects.visible_to(self.request.user)
        if day := asked_day(self.request):
            visible = in_force(visible, end_of(day))
        return visible.select_related("indicator__plan", "organisation", "milestone")


class ObservationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Approved figures as they stand now: `?measure=integrity_units&period=2024Q3`.

    Or as they stood at the end of a day: `?known_on=2016-05-01`.
    """

    serializer_class = ObservationOut
    permission_classes = [MayView]
    needs = "figures.view"
    filterset_class = ObservationFilter
    ordering_fields = ["period", "recorded_at"]
    queryset = Observation.objects.none()

    def get_queryset(self) -> QuerySet[Observation]:
        visible = Observation.objects.visible_to(self.request.user)
        current = visible.filter(standing_at(asked_day(self.request)))
        return current.select_related("measure", "organisation").order_by("id")


def standing_at(day: date | None) -> Q:
    """Figures that are not superseded, or were not at the end of the day."""
    current = Q(superseded_at__isnull=True)
    if day is None:
        return current
    moment = end_of(day)
    return Q(recorded_at__lte=moment) & (current | Q(superseded_at__gt=moment))


class ProgressViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Where units stand: `?plan=guangxi-2014&organisation=450100&period=2015Q4&status=behind`.

    `?known_on=2016-05-01` computes what was known then; name a plan or an indicator with it.
    """

    serializer_class = ProgressOut
    permission_classes = [MayView]
    needs = "figures.view"
    filterset_class = ProgressFilter
    ordering_fields = ["period", "schedule_ratio", "lag_quarters", "attainment"]
    queryset = Progress.objects.none()

    def get_queryset(self) -> QuerySet[Progress]:
        visible = Progress.objects.visible_to(self.request.user)
        rows = visible.select_related("indicator__plan", "indicator__series__measure")
        return rows.select_related("organisation").annotate(newest=NEWEST).order_by("pk")

    def list(self, request: Request) -> Response:
        day = asked_day(request)
        if day is None:
            return self._rows()
        unit, measures = looked_back_at(request)
        with as_known_on(day, organisation=unit, measures=measures):
            return self._rows()

    def _rows(self) -> Response:
        page: list[Progress] = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        targets = current_targets({row.indicator_id: row.indicator for row in page}.values())
        for row, outlook in zip(page, outlooks(page, targets).values(), strict=True):
            row.forecast = outlook.found
        context = self.get_serializer_context() | {"targets": targets}
        rows = ProgressOut(page, many=True, context=context)
        return self.get_paginated_response(rows.data)


def looked_back_at(request: Request) -> tuple[Organisation, set[int]]:
    """The unit with all below it, and the measures, that an answer from the past is computed for.

    Refuses to compute everything for one answer.
    """
    asked = request.GET
    plan, _stop, code = asked.get("indicator", "").partition(".")
    indicators = Indicator.objects.visible_to(request.user)
    if not (asked.get("plan") or plan):
        raise MetroplanError(
            "request.too_wide",
            _("Name a plan or an indicator beside the day: the past is computed for it anew."),
            status=400,
        )
    for name, value in (("plan__code", asked.get("plan")), ("plan__code", plan), ("code", code)):
        indicators = indicators.filter(**{name: value}) if value else indicators
    visible = Organisation.objects.visible_to(request.user)
    unit = visible.filter(code=asked.get("organisation", "")).first()
    measures = set(indicators.values_list("series__measure", flat=True))
    return unit or request.user.organisation, measures
