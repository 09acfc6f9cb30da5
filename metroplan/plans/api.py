"""Plans, their milestones and tasks over the API."""

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from metroplan.common.api_fields import PeriodField
from metroplan.organisations.permissions import MayView
from metroplan.plans.models import Milestone, Plan, PlanTask


class PlanOut(serializers.ModelSerializer):
    organisation = serializers.SlugRelatedField("code", read_only=True)
    parent = serializers.SlugRelatedField("code", read_only=True)
    starts = PeriodField()
    ends = PeriodField()

    class Meta:
        model = Plan
        fields = [
            "code", "title_zh", "title_en", "document_no", "organisation", "issuer", "issued_on",
            "starts", "ends", "parent", "url", "status", "notes_zh", "notes_en",
        ]  # fmt: skip


class MilestoneOut(serializers.ModelSerializer):
    plan = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Milestone
        fields = ["plan", "year", "kind"]


class TaskOut(serializers.ModelSerializer):
    plan = serializers.SlugRelatedField("code", read_only=True)
    due = PeriodField()
    lead = serializers.SerializerMethodField()
    supporting = serializers.SerializerMethodField()

    class Meta:
        model = PlanTask
        fields = ["plan", "number", "title_zh", "title_en", "clause", "due", "lead", "supporting"]

    def get_lead(self, task: PlanTask) -> str | None:
        return next((step.unit.name for step in task.task_units.all() if step.leads), None)

    def get_supporting(self, task: PlanTask) -> list[str]:
        return [step.unit.name for step in task.task_units.all() if not step.leads]


class OfPlan(django_filters.FilterSet):
    plan = django_filters.CharFilter(field_name="plan__code")


class PlanViewSet(viewsets.ReadOnlyModelViewSet):
    """Plans of the caller's unit, of those above and below it, and the headers they carry out."""

    serializer_class = PlanOut
    permission_classes = [MayView]
    needs = "plan.view"
    lookup_field = "code"
    filterset_fields = ["status"]
    ordering_fields = ["code", "issued_on"]
    queryset = Plan.objects.none()

    def get_queryset(self) -> QuerySet[Plan]:
        visible = Plan.objects.visible_to(self.request.user)
        return visible.select_related("organisation", "parent")


class MilestoneViewSet(viewsets.ReadOnlyModelViewSet):
    """`?plan=guangxi-2014`"""

    serializer_class = MilestoneOut
    permission_classes = [MayView]
    needs = "plan.view"
    filterset_class = OfPlan
    ordering_fields = ["year"]
    queryset = Milestone.objects.none()

    def get_queryset(self) -> QuerySet[Milestone]:
        return Milestone.objects.visible_to(self.request.user).select_related("plan")


class TaskViewSet(viewsets.ReadOnlyModelViewSet):
    """`?plan=yueyang-2023`; the lead unit apart from those that support it."""

    serializer_class = TaskOut
    permission_classes = [MayView]
    needs = "plan.view"
    filterset_class = OfPlan
    ordering_fields = ["position"]
    queryset = PlanTask.objects.none()

    def get_queryset(self) -> QuerySet[PlanTask]:
        visible = PlanTask.objects.visible_to(self.request.user).select_related("plan")
        return visible.prefetch_related("task_units__unit")
