"""Findings with what became of them, and cases, over the API by their numbers.

The lists are those of the pages: the same selectors find and narrow them.
"""

from typing import Any

import django_filters
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.utils import timezone
from rest_framework import serializers

from metroplan.common.api_fields import ModelOut
from standards.api.registers import Narrowed
from supervision.api.reading import Read
from supervision.models import Case, Finding, FindingStep
from supervision.selectors import findings
from supervision.selectors.findings import STATES, TO_ANY, TO_US
from supervision.states import CaseState

PASSED_ON = [(TO_US, TO_US), (TO_ANY, TO_ANY)]


class FindingFilter(Narrowed):
    state = django_filters.ChoiceFilter(choices=STATES)
    escalated = django_filters.ChoiceFilter(choices=PASSED_ON, label="passed on to us, or to any")
    campaign = django_filters.CharFilter(label="number of the campaign")
    entity = django_filters.CharFilter(label="number of the entity")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        own, today = self.request.user.organisation, timezone.localdate()
        return findings.narrowed(queryset, chosen, day=today, unit=own)


class FindingPartOut(ModelOut):
    """A finding as it stands with its inspection."""

    escalated_to = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Finding
        fields = [
            "number", "description", "legal_basis", "found_on", "due_on", "state", "closed_on",
            "level_up", "escalated_to",
        ]  # fmt: skip


class FindingOut(FindingPartOut):
    """`overdue` is as of today: its day is past and nothing was answered."""

    inspection = serializers.SlugRelatedField("number", read_only=True)
    campaign = serializers.SlugRelatedField(
        "number", source="inspection.campaign", read_only=True, allow_null=True
    )
    entity = serializers.SlugRelatedField("number", read_only=True)
    entity_name = serializers.CharField(source="entity.name")
    organisation = serializers.SlugRelatedField("code", read_only=True)
    overdue = serializers.BooleanField()

    class Meta(FindingPartOut.Meta):
        fields = [
            *FindingPartOut.Meta.fields, "overdue", "inspection", "campaign", "entity",
            "entity_name", "organisation", "version",
        ]  # fmt: skip


class FindingStepOut(ModelOut):
    """`due_on` is the deadline from the step on, where it tells one; a file goes by its name."""

    file = serializers.SlugRelatedField("name", read_only=True)

    class Meta:
        model = FindingStep
        fields = ["kind", "on", "text", "due_on", "file", "recorded_at"]


class FindingDetailOut(FindingOut):
    steps = FindingStepOut(many=True)
    cases = serializers.SlugRelatedField("number", many=True, read_only=True)

    class Meta(FindingOut.Meta):
        fields = [*FindingOut.Meta.fields, "steps", "cases"]


class FindingViewSet(Read):
    """Findings of the caller's units: `?state=overdue&escalated=us`; one of them with its steps,
    the first one first, and the numbers of its cases."""

    filterset_class = FindingFilter
    ordering_fields = ["number", "found_on", "due_on"]
    serializer_class = FindingOut
    detail_class = FindingDetailOut
    queryset = Finding.objects.none()

    def get_queryset(self) -> QuerySet[Finding]:
        late = ExpressionWrapper(findings.overdue(timezone.localdate()), BooleanField())
        found = findings.findings_for(self.request.user).annotate(overdue=late)
        if self.action != "list":
            found = found.prefetch_related("steps__file", "cases")
        return found.order_by("number")


class CaseFilter(Narrowed):
    state = django_filters.ChoiceFilter(choices=CaseState.choices)
    body = django_filters.ChoiceFilter(choices=Case.Body.choices)
    source = django_filters.ChoiceFilter(choices=Case.Source.choices)
    campaign = django_filters.CharFilter(label="number of the campaign")
    entity = django_filters.CharFilter(label="number of the entity")
    first = django_filters.DateFilter(label="filed on the day or later")
    last = django_filters.DateFilter(label="filed on the day or before")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return findings.cases_narrowed(queryset, chosen)


class CaseOut(ModelOut):
    organisation = serializers.SlugRelatedField("code", read_only=True)
    entity = serializers.SlugRelatedField("number", read_only=True)
    entity_name = serializers.CharField(source="entity.name")
    finding = serializers.SlugRelatedField("number", read_only=True)

    class Meta:
        model = Case
        fields = [
            "number", "source", "ground", "finding", "entity", "entity_name", "organisation",
            "body", "authority", "filed_on", "legal_basis", "state", "decision_no", "decided_on",
            "fine", "closed_on", "result", "version",
        ]  # fmt: skip


class CaseViewSet(Read):
    """Cases of the caller's units."""

    filterset_class = CaseFilter
    ordering_fields = ["number", "filed_on"]
    serializer_class = CaseOut
    queryset = Case.objects.none()

    def get_queryset(self) -> QuerySet[Case]:
        return findings.cases_for(self.request.user).order_by("number")
