"""The catalogue and its coverage over the API, by codes."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_fields import ModelOut, PlainDecimal
from metroplan.common.api_filters import COMMON, KnownFilters
from metroplan.organisations.models import Level, Organisation
from metroplan.organisations.permissions import MayView
from metroplan.organisations.querysets import unit_order
from standards.models import CatalogueItem, CatalogueVersion, InstrumentKind, KindGroup
from standards.selectors.coverage import Coverage, coverage, tallies, version_on

LEVELS = [Level.PROVINCE.value, Level.CITY.value, Level.COUNTY.value]


class CatalogueItemOut(ModelOut):
    """`certainty` says where the line comes from; only `official` ones come from an official
    table."""

    version = serializers.SlugRelatedField("code", read_only=True)
    parent = serializers.SlugRelatedField("code", read_only=True)
    kinds = serializers.SlugRelatedField("code", many=True, read_only=True)
    demonstration = serializers.BooleanField(source="version.is_demonstration")

    class Meta:
        model = CatalogueItem
        fields = [
            "version", "code", "parent", "name", "regulation", "mode", "scope_note",
            "official_serial", "certainty", "certainty_note", "kinds", "demonstration",
        ]  # fmt: skip


class CatalogueFilter(django_filters.FilterSet):
    version = django_filters.CharFilter(field_name="version__code")
    kind = django_filters.CharFilter(field_name="kinds__code")
    group = django_filters.CharFilter(field_name="kinds__groups__code", distinct=True)
    day = django_filters.DateFilter(method="on_the_day", label="in force on the day")

    class Meta:
        model = CatalogueItem
        fields = ["regulation", "mode", "certainty"]

    def on_the_day(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        version = version_on(value)
        return rows.filter(version=version) if version else rows.none()


class CatalogueViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Lines of every version of the catalogue: `?version=2020`, or `?day=2025-06-30`."""

    serializer_class = CatalogueItemOut
    permission_classes = [MayView]
    needs = "catalogue.view"
    filterset_class = CatalogueFilter
    ordering_fields = ["position", "code"]
    queryset = CatalogueItem.objects.none()

    def get_queryset(self) -> QuerySet[CatalogueItem]:
        kinds = Prefetch("kinds", InstrumentKind.objects.only("code"))
        found = CatalogueItem.objects.select_related("version", "parent").prefetch_related(kinds)
        return found.order_by("-version__effective_from", "position", "pk")


class CoverageOut(serializers.Serializer):
    """`rate` is `covered` of `total` as a share, null without a denominator. Items that are
    excluded for the unit, and those whose regulation is not known, are in neither number."""

    organisation = serializers.CharField(source="unit.code")
    day = serializers.DateField()
    version = serializers.CharField(allow_null=True)
    levels = serializers.ListField(child=serializers.ChoiceField(LEVELS))
    covered = serializers.IntegerField(source="tally.covered")
    total = serializers.IntegerField(source="tally.total")
    excluded = serializers.IntegerField(source="tally.excluded")
    unknown = serializers.IntegerField(source="tally.unknown")
    rate = PlainDecimal(
        source="tally.rate", max_digits=None, decimal_places=6, allow_null=True, read_only=True
    )


class CoverOut(serializers.Serializer):
    number = serializers.CharField()
    name = serializers.CharField()
    institute = serializers.CharField()
    level = serializers.CharField()
    until = serializers.DateField()


class ItemCoverageOut(serializers.Serializer):
    code = serializers.CharField(source="item.code")
    name = serializers.CharField(source="item.name")
    regulation = serializers.CharField(source="item.regulation")
    standing = serializers.ChoiceField(["covered", "gap", "excluded", "unknown"])
    until = serializers.DateField(allow_null=True)
    covered_by = CoverOut(many=True)


class CoverageDetailOut(serializers.Serializer):
    organisation = serializers.CharField(source="organisation.code")
    day = serializers.DateField()
    version = serializers.CharField(source="version.code", allow_null=True, default=None)
    levels = serializers.ListField(child=serializers.ChoiceField(LEVELS))
    covered = serializers.IntegerField()
    total = serializers.IntegerField()
    excluded = serializers.IntegerField()
    unknown = serializers.IntegerField()
    rate = PlainDecimal(max_digits=None, decimal_places=6, allow_null=True, read_only=True)
    items = ItemCoverageOut(many=True)


class CoverageQuery(serializers.Serializer):
    day = serializers.DateField(required=False)
    level = serializers.CharField(required=False)
    version = serializers.SlugRelatedField(
        "code", queryset=CatalogueVersion.objects.all(), required=False
    )
    group = serializers.SlugRelatedField("code", queryset=KindGroup.objects.all(), required=False)
    organisation = serializers.CharField(required=False, max_length=16)

    def validate_level(self, value: str) -> list[str]:
        levels = [name.strip() for name in value.split(",") if name.strip()]
        if set(levels) - set(LEVELS):
            says = _("A level is one of: {names}.")
            raise serializers.ValidationError(says.format(names=", ".join(LEVELS)))
        return levels


PARAMETERS = [
    OpenApiParameter("day", str, description="A day, past or to come; today without it."),
    OpenApiParameter("level", str, description="Levels of standards, such as `city,county`."),
    OpenApiParameter("version", str, description="A version of the catalogue, by its code."),
]


class CoverageViewSet(viewsets.GenericViewSet):
    """Standards coverage of compulsory-verification items, of the caller's unit and those below.

    For a day to come it says what is left if nothing is renewed.
    """

    serializer_class = CoverageOut
    permission_classes = [MayView]
    needs = "register.view"
    filter_backends: list[Any] = []
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    queryset = Organisation.objects.none()

    def get_queryset(self) -> QuerySet[Organisation]:
        """The units whose coverage may be read."""
        return Organisation.objects.visible_to(self.request.user).order_by(unit_order())

    @extend_schema(
        parameters=[*PARAMETERS, OpenApiParameter("organisation", str, description="A unit.")]
    )
    def list(self, request: Request) -> Response:
        given = self._query(request, "group")
        units = self.get_queryset()
        if code := given.get("organisation"):
            units = units.filter(code=code)
        page = self.paginate_queryset(units)
        day = given.get("day") or timezone.localdate()
        version = given.get("version") or version_on(day)
        levels = given.get("level")
        found = tallies([unit.pk for unit in page], day, levels, version)
        same = {"day": day, "version": version and version.code, "levels": levels or []}
        rows = [{"unit": unit, "tally": found[unit.pk], **same} for unit in page]
        return self.get_paginated_response(CoverageOut(rows, many=True).data)

    @extend_schema(
        parameters=[*PARAMETERS, OpenApiParameter("group", str, description="Items of a group.")],
        responses=CoverageDetailOut,
    )
    def retrieve(self, request: Request, code: str) -> Response:
        """One unit's items, each with the standards that cover it."""
        given = self._query(request, "organisation")
        group = given.get("group")
        found: Coverage = coverage(
            organisation=get_object_or_404(self.get_queryset(), code=code),
            day=given.get("day") or timezone.localdate(),
            levels=given.get("level"),
            version=given.get("version"),
            kinds=list(group.kinds.values_list("pk", flat=True)) if group else None,
        )
        return Response(CoverageDetailOut(found).data)

    def _query(self, request: Request, *without: str) -> dict[str, Any]:
        known = (set(CoverageQuery().fields) | COMMON) - {*without, "ordering"}
        KnownFilters.refuse(set(request.query_params) - known, known)
        query = CoverageQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return query.validated_data
