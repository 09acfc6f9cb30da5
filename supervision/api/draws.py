"""Double random draws over the API, with all that a client needs to draw once more.

`docs/double_random.md` tells how; the list is that of the page.
"""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from metroplan.common.api_fields import ModelOut
from standards.api.registers import Narrowed
from supervision.api.reading import Read
from supervision.models import Draw
from supervision.rules.drawing import Pool
from supervision.selectors import draws
from supervision.selectors.draws import DrawnRow


class DrawFilter(Narrowed):
    campaign = django_filters.CharFilter(label="number of the campaign")
    drawn = django_filters.BooleanFilter(label="drawn already, or waiting to be")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return draws.draws_narrowed(queryset, chosen)


class DrawOut(ModelOut):
    """Its pool was fixed, hashed and seeded at `seeded_at`; `drawn_at` is null before the draw."""

    campaign = serializers.SlugRelatedField("number", read_only=True)
    organisation = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Draw
        fields = [
            "id", "campaign", "organisation", "algorithm", "pool_sha256", "seed", "seeded_at",
            "entities_wanted", "inspectors_each", "drawn_at",
        ]  # fmt: skip


class PoolOut(serializers.Serializer):
    """Numbers of entities, certificates of inspectors, and pairs of a certificate and a number
    that must not meet: as JSON with sorted keys and without blanks it is the text that was
    hashed."""

    conflicts = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    entities = serializers.ListField(child=serializers.CharField())
    inspectors = serializers.ListField(child=serializers.CharField())


class DrawnOut(serializers.Serializer):
    """`inspection` is null before it is begun."""

    position = serializers.IntegerField(source="drawn.position")
    entity = serializers.CharField(source="drawn.entity.number")
    entity_name = serializers.CharField(source="drawn.entity.name")
    inspectors = serializers.SerializerMethodField()
    inspection = serializers.CharField(source="inspection.number", allow_null=True)

    def get_inspectors(self, row: DrawnRow) -> list[str]:
        """By certificate; names stay on the pages."""
        return sorted(who.certificate_no for who in row.inspectors)


class DrawDetailOut(DrawOut):
    filters = serializers.DictField()
    pool = serializers.SerializerMethodField()
    drawn = serializers.SerializerMethodField()

    class Meta(DrawOut.Meta):
        fields = [*DrawOut.Meta.fields, "filters", "pool", "drawn"]

    @extend_schema_field(PoolOut)
    def get_pool(self, draw: Draw) -> dict[str, Any]:
        return Pool.read(draw.pool).plain()

    @extend_schema_field(DrawnOut(many=True))
    def get_drawn(self, draw: Draw) -> list[dict[str, Any]]:
        return DrawnOut(draws.drawn_rows(draw), many=True).data


class DrawViewSet(Read):
    """Draws of the caller's units, the newest first; one of them with the pool, the filter that
    gave it, and the list as it was drawn."""

    needs = "draw.view"
    lookup_field = "pk"
    lookup_value_regex = r"\d+"
    filterset_class = DrawFilter
    ordering_fields = ["id", "seeded_at", "drawn_at"]
    serializer_class = DrawOut
    detail_class = DrawDetailOut
    queryset = Draw.objects.none()

    def get_queryset(self) -> QuerySet[Draw]:
        found = draws.draws_for(self.request.user)
        if self.action == "list":
            # A pool may hold thousands of numbers, and no row of the list shows it.
            found = found.defer("pool")
        return found.order_by("-id")
