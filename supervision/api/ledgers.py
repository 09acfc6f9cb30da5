"""Entities and instruments over the API, by register numbers.

The lists are those of the pages: the same selectors find, narrow and describe them.
"""

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_errors import ErrorOut
from metroplan.common.api_fields import ModelOut
from metroplan.organisations.permissions import MayView
from metroplan.organisations.policy import require
from metroplan.submissions.api_shapes import wants_dry_run
from standards.api.push import DRY_RUN
from standards.api.registers import Narrowed
from standards.models import Institute
from supervision.api.ledgers_in import (
    EntitiesIn,
    EntityIn,
    InstrumentIn,
    InstrumentsIn,
    schema_of,
)
from supervision.models import Entity, Instrument, Verification
from supervision.rules.verification import Standing
from supervision.selectors import entities, instruments
from supervision.selectors.instruments import LABELS
from supervision.services.verifications import record_verification

READING = ("list", "retrieve", "metadata", None)
STANDINGS = [(name.value, LABELS[name]) for name in Standing]


class EntityFilter(Narrowed):
    kind = django_filters.ChoiceFilter(choices=Entity.Kind.choices)
    key_energy_user = django_filters.BooleanFilter(label="key energy-using units only")
    closed = django_filters.BooleanFilter(label="also closed ones")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return entities.narrowed(queryset, chosen, day=timezone.localdate())


class EntityOut(ModelOut):
    organisation = serializers.SlugRelatedField("code", read_only=True)
    instruments_in_use = serializers.IntegerField()

    class Meta:
        model = Entity
        fields = [
            "number", "name", "uscc", "kind", "industry", "organisation", "address",
            "key_energy_user", "opened_on", "closed_on", "instruments_in_use", "version",
        ]  # fmt: skip


def needed(action: str | None) -> str:
    """Reading is all that the right to see is enough for."""
    return "supervision.view" if action in READING else "supervision.keep"


@schema_of(EntityIn, EntityOut, "Enter an entity.")
class EntityViewSet(EntitiesIn, viewsets.ReadOnlyModelViewSet):
    """Supervised entities of the caller's units, with how many instruments they have in use."""

    permission_classes = [MayView]
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    filterset_class = EntityFilter
    ordering_fields = ["number", "name"]
    serializer_class = EntityOut
    queryset = Entity.objects.none()

    @property
    def needs(self) -> str:
        return needed(self.action)

    def get_queryset(self) -> QuerySet[Entity]:
        found = entities.entities_for(self.request.user, day=timezone.localdate())
        return found.order_by("number")


class InstrumentFilter(Narrowed):
    entity = django_filters.CharFilter(label="register number of the entity")
    entity_kind = django_filters.ChoiceFilter(choices=Entity.Kind.choices)
    kind = django_filters.CharFilter(label="code of the kind")
    group = django_filters.CharFilter(label="code of a group of kinds")
    purpose = django_filters.ChoiceFilter(choices=Instrument.Purpose.choices)
    standing = django_filters.ChoiceFilter(choices=STANDINGS)
    due_from = django_filters.DateFilter(label="valid until this day or later")
    due_to = django_filters.DateFilter(label="valid until this day or earlier")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return instruments.narrowed(queryset, chosen, day=timezone.localdate())


class InstrumentOut(ModelOut):
    """As it stands today; `standing` is what the newest verification makes of it."""

    entity = serializers.SlugRelatedField("number", read_only=True)
    entity_name = serializers.CharField(source="entity.name")
    organisation = serializers.CharField(source="entity.organisation.code")
    kind = serializers.SlugRelatedField("code", read_only=True)
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Instrument
        fields = [
            "number", "entity", "entity_name", "organisation", "kind", "name", "model",
            "range_text", "accuracy", "serial_no", "maker", "made_on", "place", "purpose",
            "interval_months", "in_use_from", "out_of_use_on", "verified_on", "passed",
            "valid_until", "standing", "version",
        ]  # fmt: skip

    def get_standing(self, instrument: Instrument) -> str:
        return instruments.standing_of(instrument, timezone.localdate()).value


class VerificationOut(ModelOut):
    institute = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Verification
        fields = [
            "verified_on", "stage", "passed", "valid_until", "certificate_no", "institute",
            "institute_name", "free_of_charge", "recorded_at",
        ]  # fmt: skip


class InstrumentDetailOut(InstrumentOut):
    verifications = VerificationOut(many=True)

    class Meta(InstrumentOut.Meta):
        fields = [*InstrumentOut.Meta.fields, "verifications"]


class VerificationIn(serializers.Serializer):
    """A pass without `valid_until` gets the day that the interval gives."""

    verified_on = serializers.DateField()
    stage = serializers.ChoiceField(Verification.Stage.choices)
    passed = serializers.BooleanField()
    valid_until = serializers.DateField(required=False, allow_null=True)
    certificate_no = serializers.CharField(required=False, allow_blank=True, max_length=80)
    institute = serializers.SlugRelatedField(
        "code", queryset=Institute.objects.none(), required=False, allow_null=True
    )
    institute_name = serializers.CharField(required=False, allow_blank=True, max_length=160)
    free_of_charge = serializers.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request := self.context.get("request"):
            self.fields["institute"].queryset = Institute.objects.visible_to(request.user)


@schema_of(InstrumentIn, InstrumentDetailOut, "Enter an instrument of an entity.")
class InstrumentViewSet(InstrumentsIn, viewsets.ReadOnlyModelViewSet):
    """The ledger of instruments of the caller's units: `?standing=overdue&group=key-managed`."""

    permission_classes = [MayView]
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    filterset_class = InstrumentFilter
    ordering_fields = ["number", "valid_until", "verified_on"]
    queryset = Instrument.objects.none()

    @property
    def needs(self) -> str:
        return needed(self.action)

    def get_queryset(self) -> QuerySet[Instrument]:
        found = instruments.instruments_for(self.request.user)
        if self.action != "list":
            found = found.prefetch_related("verifications__institute")
        return found.order_by("number")

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return InstrumentOut if self.action == "list" else InstrumentDetailOut

    @extend_schema(
        request=VerificationIn,
        parameters=[DRY_RUN],
        responses={201: VerificationOut, 400: ErrorOut, 409: ErrorOut},
    )
    @action(detail=True, methods=["post"])
    def verifications(self, request: Request, number: str) -> Response:
        """Record a verification, as an institute's own system sends it."""
        found = instruments.instruments_for(request.user)
        instrument = get_object_or_404(found, number=number)
        require(request.user, "supervision.keep", instrument.entity)
        given = VerificationIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            row = record_verification(
                actor=request.user, instrument=instrument, data=given.validated_data
            )
            answer = VerificationOut(row).data
            if wants_dry_run(request):
                transaction.set_rollback(True)
        return Response(answer, status=status.HTTP_201_CREATED)
