"""A standard that another system keeps, sent whole: checked and written as from the pages."""

from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_errors import ErrorOut
from metroplan.submissions.api_shapes import IF_MATCH, expected_version, wants_dry_run
from standards.models import (
    Capability,
    Equipment,
    Institute,
    InstrumentKind,
    MeasurementStandard,
    NationalLevel,
    Rank,
    Service,
    UpperLink,
)
from standards.services.standards import BEGINNING, save_standard
from standards.states import State

LINES = ("capabilities", "services", "equipment", "upper_links")
DRY_RUN = OpenApiParameter("dry_run", bool, description="Check it and store nothing.")


class CapabilityIn(serializers.ModelSerializer):
    class Meta:
        model = Capability
        fields = ["quantity", "range_text", "unit", "performance_kind", "performance_text"]


class ServiceIn(serializers.ModelSerializer):
    kinds = serializers.SlugRelatedField(
        "code", queryset=InstrumentKind.objects.all(), many=True, required=False
    )

    class Meta:
        model = Service
        fields = [
            "way", "instrument", "range_text", "unit", "performance_text", "document_no",
            "document_title", "kinds",
        ]  # fmt: skip


class EquipmentIn(serializers.ModelSerializer):
    class Meta:
        model = Equipment
        fields = [
            "is_main", "name", "model", "serial_no", "range_text", "performance_text", "maker",
            "certificate_no", "traced_to", "calibrated_on", "valid_until", "dcc_reference",
        ]  # fmt: skip


class UpperLinkIn(serializers.ModelSerializer):
    number = serializers.SlugRelatedField(
        "number",
        queryset=MeasurementStandard.objects.all(),
        source="upper",
        required=False,
        allow_null=True,
    )

    class Meta:
        model = UpperLink
        fields = [
            "number", "is_primary", "holder", "name", "range_text", "performance_text", "way",
            "certificate_no", "valid_until",
        ]  # fmt: skip


class StandardIn(serializers.ModelSerializer):
    """The lines are given whole. State, grade and their days are those that a new standard begins
    with; of one that is there they are left alone."""

    institute = serializers.SlugRelatedField("code", queryset=Institute.objects.none())
    state = serializers.ChoiceField(State.choices, required=False)
    since = serializers.DateField(required=False)
    rank = serializers.ChoiceField(Rank.choices, required=False)
    national_level = serializers.ChoiceField(NationalLevel.choices, required=False)
    graded_since = serializers.DateField(required=False)
    document = serializers.CharField(required=False, allow_blank=True, max_length=100)
    capabilities = CapabilityIn(many=True)
    services = ServiceIn(many=True, required=False)
    equipment = EquipmentIn(many=True, required=False)
    upper_links = UpperLinkIn(many=True, required=False)

    class Meta:
        model = MeasurementStandard
        fields = [
            "name", "code", "field", "institute", "holder_kind", "custodian", "location", "note",
            *BEGINNING, *LINES,
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request := self.context.get("request"):
            visible = Institute.objects.visible_to(request.user)
            self.fields["institute"].queryset = visible.select_related("organisation")


class Pushed:
    """`PUT` for the viewset of standards."""

    @extend_schema(
        request=StandardIn, parameters=[IF_MATCH, DRY_RUN], responses={400: ErrorOut, 409: ErrorOut}
    )
    def update(self, request: Request, number: str) -> Response:
        """Bring a standard to what is sent, or add it under its number.

        One that is there needs `If-Match` with the version that was seen.
        """
        standard = self._kept(number)
        expected = expected_version(request) if standard else None
        given = StandardIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            saved = save_standard(
                actor=request.user,
                standard=standard,
                expected_version=expected,
                **_for_service(number, given.validated_data, standard),
            )
            shown = self.get_queryset().get(pk=saved.pk)
            answer = self.get_serializer_class()(shown, context=self.get_serializer_context()).data
            if wants_dry_run(request):
                transaction.set_rollback(True)
        return Response(answer, status=status.HTTP_200_OK if standard else status.HTTP_201_CREATED)

    def _kept(self, number: str) -> MeasurementStandard | None:
        """None where there is none; one of another area does not exist for the caller."""
        found = MeasurementStandard.objects.filter(number=number).first()
        if found and not self.get_queryset().filter(pk=found.pk).exists():
            raise Http404(number)
        return found


def _for_service(
    number: str, given: dict[str, Any], standard: MeasurementStandard | None
) -> dict[str, Any]:
    lines = {name: [dict(row) for row in given.get(name, [])] for name in LINES}
    left_out = {*LINES, *(BEGINNING if standard else ())}
    data = {name: value for name, value in given.items() if name not in left_out}
    return {"data": data | {"number": number}, **lines}
