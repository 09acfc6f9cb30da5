"""Entities and instruments that another system enters or changes: checked and written as from the
pages."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_errors import ErrorOut
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import not_ended
from metroplan.submissions.api_shapes import IF_MATCH, expected_version, wants_dry_run
from standards.api.push import DRY_RUN
from standards.models import InstrumentKind
from supervision.forms.ledgers import LONGEST
from supervision.models import Entity, Instrument
from supervision.services.entities import save_entity
from supervision.services.instruments import save_instrument

NUMBER = {"required": False, "allow_blank": True, "max_length": 40}
REFUSALS = {400: ErrorOut, 409: ErrorOut}


class EntityIn(serializers.ModelSerializer):
    """Without a number it gets the next one of its unit."""

    number = serializers.CharField(**NUMBER)
    organisation = serializers.SlugRelatedField("code", queryset=Organisation.objects.none())

    class Meta:
        model = Entity
        fields = [
            "number", "name", "uscc", "kind", "industry", "organisation", "address",
            "key_energy_user", "opened_on", "closed_on",
        ]  # fmt: skip
        validators = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request := self.context.get("request"):
            own = Organisation.objects.visible_to(request.user)
            self.fields["organisation"].queryset = own.filter(not_ended(timezone.localdate()))


class InstrumentIn(serializers.ModelSerializer):
    """Without a number it gets the next one of its unit, without a name that of its kind."""

    number = serializers.CharField(**NUMBER)
    entity = serializers.SlugRelatedField("number", queryset=Entity.objects.none())
    kind = serializers.SlugRelatedField("code", queryset=InstrumentKind.objects.all())
    name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    interval_months = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LONGEST
    )

    class Meta:
        model = Instrument
        fields = [
            "number", "entity", "kind", "name", "model", "range_text", "accuracy", "serial_no",
            "maker", "made_on", "place", "purpose", "interval_months", "in_use_from",
        ]  # fmt: skip
        validators = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request := self.context.get("request"):
            own = Entity.objects.visible_to(request.user)
            self.fields["entity"].queryset = own.select_related("organisation")


class Written:
    """`POST` and `PATCH` for a viewset: `incoming` is the serializer, `service` what saves, `word`
    how it calls what it changes."""

    incoming: type[serializers.Serializer]
    service: Callable[..., Model]
    word: str

    def create(self, request: Request) -> Response:
        given = self.incoming(data=request.data, context=self.get_serializer_context())
        return self._written(request, given)

    def partial_update(self, request: Request, number: str) -> Response:
        """Change what is sent, as far as nobody changed it since the version of `If-Match`."""
        thing = get_object_or_404(self.get_queryset(), number=number)
        seen = expected_version(request)
        context = self.get_serializer_context()
        given = self.incoming(thing, data=request.data, partial=True, context=context)
        return self._written(request, given, **{self.word: thing, "expected_version": seen})

    def _written(self, request: Request, given: serializers.Serializer, **kept: Any) -> Response:
        given.is_valid(raise_exception=True)
        save, context = type(self).service, self.get_serializer_context()
        with transaction.atomic():
            saved = save(actor=request.user, data=given.validated_data, **kept)
            shown = self.get_queryset().get(pk=saved.pk)
            answer = self.get_serializer_class()(shown, context=context).data
            if wants_dry_run(request):
                transaction.set_rollback(True)
        return Response(answer, status=status.HTTP_200_OK if kept else status.HTTP_201_CREATED)


def schema_of(
    incoming: type[serializers.Serializer], answer: type[serializers.Serializer], what: str
) -> Callable[[type], type]:
    """How the schema describes both; `what` says what a `POST` enters."""
    return extend_schema_view(
        create=extend_schema(
            request=incoming,
            parameters=[DRY_RUN],
            responses={201: answer, **REFUSALS},
            description=what,
        ),
        partial_update=extend_schema(
            request=incoming,
            parameters=[IF_MATCH, DRY_RUN],
            responses={200: answer, **REFUSALS},
        ),
    )


class EntitiesIn(Written):
    incoming, service, word = EntityIn, staticmethod(save_entity), "entity"


class InstrumentsIn(Written):
    incoming, service, word = InstrumentIn, staticmethod(save_instrument), "instrument"
