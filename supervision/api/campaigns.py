"""Campaigns and inspections over the API, by register numbers.

The lists are those of the pages: the same selectors find and narrow them.
"""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from metroplan.common.api_fields import ModelOut
from standards.api.registers import Narrowed
from supervision.api.findings import FindingPartOut
from supervision.api.reading import Read
from supervision.models import Campaign, Inspection, InspectionItem, InstrumentCheck, Outcome
from supervision.selectors import campaigns, inspections
from supervision.states import CampaignState, InspectionState


class CampaignFilter(Narrowed):
    kind = django_filters.ChoiceFilter(choices=Campaign.Kind.choices)
    state = django_filters.ChoiceFilter(choices=CampaignState.choices)
    on = django_filters.DateFilter(label="runs on the day")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return campaigns.narrowed(queryset, chosen)


class CampaignOut(ModelOut):
    """`concluded` counts the concluded inspections of the caller's units."""

    organisation = serializers.SlugRelatedField("code", read_only=True)
    task = serializers.SerializerMethodField()
    kinds = serializers.SlugRelatedField("code", many=True, read_only=True)
    concluded = serializers.IntegerField()

    class Meta:
        model = Campaign
        fields = [
            "number", "title", "kind", "organisation", "legal_basis", "task", "starts", "ends",
            "departments", "kinds", "commodities", "entity_kinds", "state", "published_on",
            "summary", "concluded", "version",
        ]  # fmt: skip

    def get_task(self, campaign: Campaign) -> str | None:
        task = campaign.task
        return f"{task.plan.code}.{task.number}" if task else None


class CampaignViewSet(Read):
    """Campaigns that the caller's units lead, or are asked to take part in."""

    filterset_class = CampaignFilter
    ordering_fields = ["number", "starts", "ends"]
    serializer_class = CampaignOut
    queryset = Campaign.objects.none()

    def get_queryset(self) -> QuerySet[Campaign]:
        found = campaigns.campaigns_for(self.request.user)
        return found.prefetch_related("kinds").order_by("number")


class InspectionFilter(Narrowed):
    state = django_filters.ChoiceFilter(choices=InspectionState.choices)
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices)
    campaign = django_filters.CharFilter(label="number of the campaign")
    entity = django_filters.CharFilter(label="number of the entity")
    first = django_filters.DateFilter(label="inspected on the day or later")
    last = django_filters.DateFilter(label="inspected on the day or before")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return inspections.narrowed(queryset, chosen)


class InspectionOut(ModelOut):
    organisation = serializers.SlugRelatedField("code", read_only=True)
    entity = serializers.SlugRelatedField("number", read_only=True)
    entity_name = serializers.CharField(source="entity.name")
    campaign = serializers.SlugRelatedField("number", read_only=True)

    class Meta:
        model = Inspection
        fields = [
            "number", "campaign", "entity", "entity_name", "organisation", "inspected_on", "basis",
            "outcome", "summary", "state", "closed_on", "published_on", "version",
        ]  # fmt: skip


class ItemOut(ModelOut):
    class Meta:
        model = InspectionItem
        fields = ["position", "text", "result", "note"]


class CheckOut(ModelOut):
    instrument = serializers.SlugRelatedField("number", read_only=True)

    class Meta:
        model = InstrumentCheck
        fields = ["instrument", "description", "found", "error", "mpe", "unit", "passed", "note"]


class InspectionDetailOut(InspectionOut):
    inspectors = serializers.SlugRelatedField("certificate_no", many=True, read_only=True)
    items = ItemOut(many=True)
    checks = CheckOut(many=True)
    findings = FindingPartOut(many=True)

    class Meta(InspectionOut.Meta):
        fields = [*InspectionOut.Meta.fields, "inspectors", "items", "checks", "findings"]


class InspectionViewSet(Read):
    """Inspections of the caller's units; one of them with its answers, checks and findings."""

    filterset_class = InspectionFilter
    ordering_fields = ["number", "inspected_on"]
    serializer_class = InspectionOut
    detail_class = InspectionDetailOut
    queryset = Inspection.objects.none()

    def get_queryset(self) -> QuerySet[Inspection]:
        found = inspections.inspections_for(self.request.user)
        if self.action != "list":
            parts = ("inspectors", "items", "checks__instrument", "findings__escalated_to")
            found = found.prefetch_related(*parts)
        return found.order_by("number")
