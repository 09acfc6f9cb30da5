"""Plans, their milestones and tasks over the API."""

import django_filters
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Concat
from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers, viewsets

from metroplan.common.api_fields import PeriodField
from metroplan.organisations.permissions import MayView
from metroplan.plans.models import Milestone, Plan, PlanTask, ResponsibleUnit

FULL_CODE = Concat("plan__code", Value("."), "number", output_field=CharField())


class PlanOut(serializers.ModelSerializer):
    organisation = serializers.SlugRelatedField("code", read_only=True)
    parent = serializers.SlugRelatedField("code", read_only=True)
    starts = PeriodField()
    ends = PeriodField()

    class Meta:
        model = Plan
        fields = [
            "code", "title_zh", "title_en", "document_no", "organisation", "issuer_zh", "issuer_en",
            "issued_on", "starts", "ends", "parent", "url", "status", "notes_zh", "notes_en",
        ]  # fmt: skip


class MilestoneOut(serializers.ModelSerializer):
    plan = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Milestone
        fields = ["plan", "year", "kind"]


class ResponsibleUnitOut(serializers.ModelSerializer):
    """`organisation` is set where the unit also reports here."""

    organisation = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = ResponsibleUnit
        fields = ["code", "name_zh", "name_en", "organisation"]


class TaskOut(serializers.ModelSerializer):
    code = serializers.CharField(source="full_code")
    plan = serializers.SlugRelatedField("code", read_only=True)
    due = PeriodField()
    lead = serializers.SerializerMethodField()
    supporting = serializers.SerializerMethodField()

    class Meta:
        model = PlanTask
        fields = [
            "code", "plan", "number", "title_zh", "title_en", "clause", "due", "lead", "supporting",
        ]  # fmt: skip

    @extend_schema_field(ResponsibleUnitOut(allow_null=True))
    def get_lead(self, task: PlanTask) -> dict | None:
        lead = next((step.unit for step in task.task_units.all() if step.leads), None)
        return ResponsibleUnitOut(lead).data if lead else None

    @extend_schema_field(ResponsibleUnitOut(many=True))
    def get_supporting(self, task: PlanTask) -> list[dict]:
        units = [step.unit for step in task.task_units.all() if not step.leads]
        return ResponsibleUnitOut(units, many=True).data


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


class MilestoneViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Stages of the plans: `?plan=guangxi-2014`; each stands at the year's fourth quarter."""

    serializer_class = MilestoneOut
    permission_classes = [MayView]
    needs = "plan.view"
    filterset_class = OfPlan
    ordering_fields = ["year"]
    queryset = Milestone.objects.none()

    def get_queryset(self) -> QuerySet[Milestone]:
        return Milestone.objects.visible_to(self.request.user).select_related("plan")


class TaskViewSet(viewsets.ReadOnlyModelViewSet):
    """Tasks with the unit that leads and those that support it: `?plan=yueyang-2023`; one by
    its plan's code and its number, `yueyang-2023.1`."""

    serializer_class = TaskOut
    permission_classes = [MayView]
    needs = "plan.view"
    lookup_field = "full_code"
    lookup_url_kwarg = "code"
    lookup_value_regex = "[^/]+"
    filterset_class = OfPlan
    ordering_fields = ["position"]
    queryset = PlanTask.objects.none()

    def get_queryset(self) -> QuerySet[PlanTask]:
        visible = PlanTask.objects.visible_to(self.request.user).annotate(full_code=FULL_CODE)
        return visible.select_related("plan").prefetch_related("task_units__unit__organisation")
