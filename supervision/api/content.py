"""Lots of prepackages over the API by their numbers; one of them with its readings and how they
were judged. The list is that of the pages."""

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from metroplan.common.api_fields import ModelOut, PlainDecimal
from metroplan.common.text import plain_number
from standards.api.registers import Narrowed
from supervision.api.reading import Read
from supervision.models import Lot, LotReading, QuantityKind
from supervision.selectors import lots
from supervision.selectors.lots import VERDICTS, Line

EXACT = {"max_digits": None, "decimal_places": None}
CHOICES = [(name, name) for name in VERDICTS]


class LotFilter(Narrowed):
    commodity = django_filters.CharFilter(label="commodity, as it is written")
    quantity_kind = django_filters.ChoiceFilter(choices=QuantityKind.choices)
    label = django_filters.ChoiceFilter(choices=CHOICES, label="verdict on the label")
    quantity = django_filters.ChoiceFilter(choices=CHOICES, label="verdict on the quantity")
    campaign = django_filters.CharFilter(label="number of the campaign")
    entity = django_filters.CharFilter(label="number of the entity")
    since = django_filters.DateFilter(label="sampled on the day or later")
    until = django_filters.DateFilter(label="sampled on the day or before")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return lots.narrowed(queryset, chosen)


class LotOut(ModelOut):
    """A verdict is null while what it needs is not measured; `plan` and `table` are the editions
    both were reached by."""

    organisation = serializers.SlugRelatedField("code", read_only=True)
    entity = serializers.SlugRelatedField("number", read_only=True)
    entity_name = serializers.CharField(source="entity.name")
    campaign = serializers.SlugRelatedField("number", read_only=True)
    inspection = serializers.SlugRelatedField("number", read_only=True)
    plan = serializers.SlugRelatedField("edition", read_only=True)
    table = serializers.SlugRelatedField("edition", read_only=True)

    class Meta:
        model = Lot
        fields = [
            "number", "sampled_on", "organisation", "entity", "entity_name", "campaign",
            "inspection", "commodity", "product", "maker", "batch_no", "quantity_kind", "nominal",
            "unit", "lot_size", "sample_size", "tare", "label_unit", "label_height",
            "label_complete", "label_passed", "quantity_passed", "plan", "table", "published_on",
            "version",
        ]  # fmt: skip


class ReadingOut(ModelOut):
    """A piece as it was read: `gross`, of which the tare is taken off, or `net`."""

    class Meta:
        model = LotReading
        fields = ["position", "gross", "net"]


class PieceOut(serializers.Serializer):
    """A piece as it is judged: `within` the tolerable deficiency, or of the class `t1` or `t2`.
    `shortage` is below zero where there is more than the nominal quantity."""

    position = serializers.IntegerField()
    net = PlainDecimal(**EXACT)
    shortage = PlainDecimal(**EXACT)
    grade = serializers.CharField()


class StepOut(serializers.Serializer):
    """One step; `passed` is null where nothing is decided by it."""

    code = serializers.CharField(source="step.code")
    params = serializers.SerializerMethodField()
    sentence = serializers.CharField()
    passed = serializers.BooleanField(allow_null=True)

    def get_params(self, line: Line) -> dict[str, Any]:
        return {name: _plain(value) for name, value in line.step.params.items()}


def _plain(value: Any) -> Any:
    return plain_number(value) if isinstance(value, Decimal) else value


class JudgementOut(serializers.Serializer):
    """By the editions of the lot, or by those of its day where it names none.

    `superseded_by` is an edition that holds on the day though its table is not loaded;
    `newer_editions`: other tables hold for the day now; `refusals` say why nothing is judged.
    """

    plan = serializers.CharField(source="judgement.held.plan.edition", allow_null=True)
    table = serializers.CharField(source="judgement.held.table.edition", allow_null=True)
    superseded_by = serializers.CharField(source="judgement.superseded")
    newer_editions = serializers.BooleanField(source="newer")
    refusals = serializers.ListField(child=serializers.CharField(), source="judgement.refusals")
    pieces = PieceOut(many=True, source="judgement.pieces")
    quantity_steps = StepOut(many=True, source="judgement.quantity_lines")
    label_steps = StepOut(many=True, source="judgement.label_lines")


class LotDetailOut(LotOut):
    readings = ReadingOut(many=True)
    judgement = serializers.SerializerMethodField()

    class Meta(LotOut.Meta):
        fields = [*LotOut.Meta.fields, "readings", "judgement"]

    @extend_schema_field(JudgementOut)
    def get_judgement(self, lot: Lot) -> dict[str, Any]:
        return JudgementOut(lots.lot_detail(lot)).data


class LotViewSet(Read):
    """Lots of the caller's units: `?quantity=failed&since=2024-01-01`; one of them with its
    readings and each step of its two verdicts."""

    filterset_class = LotFilter
    ordering_fields = ["number", "sampled_on"]
    serializer_class = LotOut
    detail_class = LotDetailOut
    queryset = Lot.objects.none()

    def get_queryset(self) -> QuerySet[Lot]:
        found = lots.lots_for(self.request.user).select_related("inspection")
        if self.action != "list":
            found = found.prefetch_related("readings")
        return found.order_by("number")
