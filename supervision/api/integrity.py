"""Integrity units over the API by their numbers, and dishonesty records; the lists are those of the
pages."""

from typing import Any

import django_filters
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from rest_framework import serializers

from metroplan.common.api_fields import ModelOut
from standards.api.registers import Narrowed, asked_day
from supervision.api.reading import Read
from supervision.columns.integrity import plain_row
from supervision.models import (
    CriterionScore,
    DishonestyRecord,
    Entity,
    IntegrityEvent,
    IntegrityUnit,
)
from supervision.selectors import dishonesty, integrity
from supervision.selectors.dishonesty import LISTED, OVER
from supervision.states import IntegrityState


class IntegrityFilter(Narrowed):
    state = django_filters.ChoiceFilter(choices=IntegrityState.choices)
    kind = django_filters.ChoiceFilter(choices=Entity.Kind.choices)
    holding = django_filters.DateFilter(label="holds the title on the day")
    since = django_filters.DateFilter(label="conferred on the day or later")
    until = django_filters.DateFilter(label="conferred on the day or earlier")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return integrity.narrowed(queryset, chosen)


class IntegrityUnitOut(serializers.Serializer):
    """A run towards the title: held from `conferred_on` to `valid_until`, or to the day before
    `ended_on`."""

    number = serializers.CharField()
    entity = serializers.CharField()
    entity_name = serializers.CharField()
    uscc = serializers.CharField()
    kind = serializers.ChoiceField(Entity.Kind.choices)
    organisation = serializers.CharField()
    unit_name = serializers.CharField()
    state = serializers.ChoiceField(IntegrityState.choices)
    committed_on = serializers.DateField(allow_null=True)
    publicised_from = serializers.DateField(allow_null=True)
    publicised_until = serializers.DateField(allow_null=True)
    conferred_on = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    certificate_no = serializers.CharField()
    version = serializers.IntegerField()

    def to_representation(self, unit: IntegrityUnit) -> dict[str, Any]:
        return plain_row(unit) | {"version": unit.version}


class IntegrityEventOut(ModelOut):
    class Meta:
        model = IntegrityEvent
        fields = ["state", "since", "document", "reason", "recorded_at"]


class CriterionScoreOut(ModelOut):
    criterion = serializers.CharField(source="criterion.text")

    class Meta:
        model = CriterionScore
        fields = ["criterion", "points", "note"]


class IntegrityUnitDetailOut(IntegrityUnitOut):
    events = IntegrityEventOut(many=True)
    scores = CriterionScoreOut(many=True)

    def to_representation(self, unit: IntegrityUnit) -> dict[str, Any]:
        events = IntegrityEventOut(unit.events.all(), many=True).data
        scores = CriterionScoreOut(unit.scores.select_related("criterion"), many=True).data
        return super().to_representation(unit) | {"events": events, "scores": scores}


class IntegrityUnitViewSet(Read):
    """Integrity units of the caller's units: `?holding=2025-12-31&state=conferred`."""

    filterset_class = IntegrityFilter
    ordering_fields = ["number", "conferred_on", "valid_until"]
    serializer_class = IntegrityUnitOut
    detail_class = IntegrityUnitDetailOut
    queryset = IntegrityUnit.objects.none()

    def get_queryset(self) -> QuerySet[IntegrityUnit]:
        return integrity.integrity_units(self.request.user).order_by("number")


class DishonestyFilter(Narrowed):
    standing = django_filters.ChoiceFilter(choices=[(LISTED, LISTED), (OVER, OVER)])
    on = django_filters.DateFilter(label="as of the day")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return dishonesty.narrowed(queryset, chosen, asked_day(self.request))


class DishonestyOut(ModelOut):
    """`listed`: it stands on the day, so that the public may read it on that day."""

    entity = serializers.SlugRelatedField("number", read_only=True)
    entity_name = serializers.CharField(source="entity.name")
    uscc = serializers.CharField(source="entity.uscc")
    organisation = serializers.SlugRelatedField("code", read_only=True)
    listed = serializers.BooleanField()

    class Meta:
        model = DishonestyRecord
        fields = [
            "id", "entity", "entity_name", "uscc", "organisation", "ground", "decision_no",
            "decided_on", "starts", "ends", "repaired_on", "repair_document", "listed", "version",
        ]  # fmt: skip


class DishonestyViewSet(Read):
    """Dishonesty records of the caller's units, as of today or of `?on=2025-06-30`."""

    lookup_field = "pk"
    lookup_value_regex = r"\d+"
    filterset_class = DishonestyFilter
    ordering_fields = ["id", "decided_on", "starts", "ends"]
    serializer_class = DishonestyOut
    queryset = DishonestyRecord.objects.none()

    def get_queryset(self) -> QuerySet[DishonestyRecord]:
        stands = ExpressionWrapper(dishonesty.listed_on(asked_day(self.request)), BooleanField())
        found = dishonesty.records_for(self.request.user).annotate(listed=stands)
        return found.order_by("id")
