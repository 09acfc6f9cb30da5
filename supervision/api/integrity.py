"""Integrity units over the API, by their numbers; the list is that of the pages."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from metroplan.common.api_fields import ModelOut
from metroplan.organisations.permissions import MayView
from standards.api.registers import Narrowed
from supervision.columns.integrity import plain_row
from supervision.models import CriterionScore, Entity, IntegrityEvent, IntegrityUnit
from supervision.selectors import integrity
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


class IntegrityUnitViewSet(viewsets.ReadOnlyModelViewSet):
    """Integrity units of the caller's units: `?holding=2025-12-31&state=conferred`."""

    permission_classes = [MayView]
    needs = "supervision.view"
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    filterset_class = IntegrityFilter
    ordering_fields = ["number", "conferred_on", "valid_until"]
    queryset = IntegrityUnit.objects.none()

    def get_queryset(self) -> QuerySet[IntegrityUnit]:
        return integrity.integrity_units(self.request.user).order_by("number")

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return IntegrityUnitOut if self.action == "list" else IntegrityUnitDetailOut
