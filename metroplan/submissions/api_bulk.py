"""Large files over the API: send, follow, cancel, take over."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_errors import ErrorOut
from metroplan.organisations.permissions import Allowed
from metroplan.organisations.policy import require
from metroplan.submissions.api_shapes import (
    IF_MATCH,
    IssueOut,
    expected_version,
    idempotency_key,
)
from metroplan.submissions.bulk.incoming import (
    IncomingHandler,
    announced,
    refuse_too_large,
    take_handler,
)
from metroplan.submissions.bulk.registry import bulk_registry
from metroplan.submissions.models import BulkImport
from metroplan.submissions.selectors.bulk import ISSUES_SHOWN, kinds_for, visible_jobs
from metroplan.submissions.services import bulk

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Sent again with the same file, it gets the first answer again.",
)


class BulkImportOut(serializers.ModelSerializer):
    """Rows are counted below the heading; `added`, `same` and `to_change` are the preview's."""

    organisation = serializers.SlugRelatedField("code", read_only=True)
    file = serializers.CharField(source="file.name")
    sha256 = serializers.CharField(source="file.sha256")
    bytes = serializers.IntegerField(source="file.size")
    added = serializers.SerializerMethodField()
    to_change = serializers.SerializerMethodField()
    same = serializers.SerializerMethodField()

    class Meta:
        model = BulkImport
        fields = [
            "id", "kind", "organisation", "document", "file", "sha256", "bytes", "status",
            "version", "rows_total", "rows_done", "rows_blank", "rows_clean", "errors", "warnings",
            "counts", "added", "to_change", "same", "changed", "outdated", "cancel_requested",
            "uploaded_at", "approved_at", "finished_at", "reason",
        ]  # fmt: skip

    def get_added(self, job: BulkImport) -> int | None:
        return job.preview.get("added")

    def get_to_change(self, job: BulkImport) -> int | None:
        return job.preview.get("changed")

    def get_same(self, job: BulkImport) -> int | None:
        return job.preview.get("same")


class BulkImportDetailOut(BulkImportOut):
    """`issues` are the first hundred; `errors` and `warnings` count them all."""

    issues = serializers.SerializerMethodField()

    class Meta(BulkImportOut.Meta):
        fields = [*BulkImportOut.Meta.fields, "issues"]

    def get_issues(self, job: BulkImport) -> list[dict[str, Any]]:
        return IssueOut(job.issues.all()[:ISSUES_SHOWN], many=True).data


class BulkImportIn(serializers.Serializer):
    kind = serializers.CharField(default="figures", max_length=30)
    document = serializers.CharField(max_length=BulkImport._meta.get_field("document").max_length)
    file = serializers.FileField(allow_empty_file=True)


class DeclineIn(serializers.Serializer):
    reason = serializers.CharField(max_length=BulkImport._meta.get_field("reason").max_length)


class BulkImportFilter(django_filters.FilterSet):
    organisation = django_filters.CharFilter(field_name="organisation__code")

    class Meta:
        model = BulkImport
        fields = ["status", "kind"]


class BulkImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Files too large for a form. `POST` answers 202 at once: the file is checked in the
    background and waits for a second person, who takes it over with `apply` and `If-Match`."""

    permission_classes = [Allowed]
    parser_classes = [MultiPartParser, JSONParser]
    filterset_class = BulkImportFilter
    ordering_fields = ["uploaded_at", "status"]
    queryset = BulkImport.objects.none()
    handler: IncomingHandler

    @property
    def needs(self) -> str:
        return "figures.import" if self.action == "create" else "bulk.view"

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Before anything reads the request: signing in by session looks into its fields."""
        self.handler = take_handler(request)
        return super().initialize_request(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[BulkImport]:
        return visible_jobs(self.request.user)

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return BulkImportOut if self.action == "list" else BulkImportDetailOut

    @extend_schema(
        request=BulkImportIn,
        responses={202: BulkImportDetailOut, 413: ErrorOut, 422: ErrorOut},
        parameters=[KEY],
    )
    def create(self, request: Request) -> Response:
        refuse_too_large(announced(request._request))
        given = BulkImportIn(data=request.data)
        if self.handler.too_large:
            raise self.handler.problem()
        given.is_valid(raise_exception=True)
        kind = given.validated_data["kind"]
        if kind not in {known.key for known in kinds_for(request.user)}:
            raise serializers.ValidationError({"kind": ["unknown"]})
        file = given.validated_data["file"]
        job, _fresh = bulk.receive(
            kind=bulk_registry.get(kind).key,
            actor=request.user,
            document=given.validated_data["document"],
            name=file.name,
            content=file,
            size=file.size,
            sha256=file.sha256,
            idempotency_key=idempotency_key(request),
        )
        return self._answer(job.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=BulkImportDetailOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        job = self.get_object()
        require(request.user, "bulk.cancel", job)
        bulk.cancel(job=job, actor=request.user)
        return self._answer(job.pk)

    @extend_schema(request=None, responses=BulkImportDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        job = self.get_object()
        require(request.user, bulk_registry.get(job.kind).apply_right, job)
        bulk.approve(job=job, actor=request.user, expected_version=expected_version(request))
        return self._answer(job.pk)

    @extend_schema(
        request=DeclineIn,
        responses={200: BulkImportDetailOut, 422: ErrorOut},
        parameters=[IF_MATCH],
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        job = self.get_object()
        require(request.user, bulk_registry.get(job.kind).apply_right, job)
        version = expected_version(request)
        given = DeclineIn(data=request.data)
        given.is_valid(raise_exception=True)
        bulk.decline(job=job, actor=request.user, expected_version=version, **given.validated_data)
        return self._answer(job.pk)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self.get_object().pk)

    def _answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """The job with the tag that `If-Match` of the next step names."""
        job = self.get_queryset().get(pk=pk)
        tag = {"ETag": f'"{job.version}"'}
        return Response(BulkImportDetailOut(job).data, status=code, headers=tag)
