"""Forms of a quarter and the files offered for them: read, upload, submit, review."""

from typing import Any

import django_filters
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_errors import ErrorOut, body
from metroplan.common.api_fields import IntegerFilter, PeriodFilter
from metroplan.common.problems import MetroplanError
from metroplan.organisations.permissions import Allowed
from metroplan.organisations.policy import require
from metroplan.submissions.api_explanations import Explaining
from metroplan.submissions.api_review import ReviewActs
from metroplan.submissions.api_shapes import (
    IF_MATCH,
    IssueOut,
    SubmissionDetailOut,
    SubmissionOut,
    announced_length,
    expected_version,
    idempotency_key,
    wants_dry_run,
)
from metroplan.submissions.models import Submission, Upload
from metroplan.submissions.services.stage import (
    check_file,
    not_open,
    refuse_oversize,
    stage_upload,
)
from metroplan.submissions.services.warnings import judged
from metroplan.submissions.states import EDITABLE
from metroplan.submissions.types import Issue

# What multipart puts around the file.
ENVELOPE = 64 * 1024


class SubmissionFilter(django_filters.FilterSet):
    organisation = django_filters.CharFilter(field_name="organisation__code")
    form = django_filters.CharFilter(field_name="form__code")
    period = PeriodFilter(field_name="period")
    period_from = PeriodFilter(field_name="period", lookup_expr="gte")
    period_to = PeriodFilter(field_name="period", lookup_expr="lte")

    class Meta:
        model = Submission
        fields = ["status"]


class SubmissionViewSet(ReviewActs, Explaining, viewsets.ReadOnlyModelViewSet):
    """Forms of the caller's units; the acts need `If-Match` with the version that was seen."""

    permission_classes = [Allowed]
    needs = "submission.view"
    filterset_class = SubmissionFilter
    ordering_fields = ["period", "due_on", "submitted_at", "status"]
    queryset = Submission.objects.none()

    def get_queryset(self) -> QuerySet[Submission]:
        visible = Submission.objects.visible_to(self.request.user)
        found = visible.select_related("form__owner", "organisation", "reviewer_unit")
        if self.action == "list":
            return found
        return found.prefetch_related(
            "decisions__unit", "decisions__decided_by__organisation", "decisions__lines"
        )

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return SubmissionOut if self.action == "list" else SubmissionDetailOut

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())


class UploadOut(serializers.ModelSerializer):
    submission = serializers.PrimaryKeyRelatedField(read_only=True)
    file = serializers.CharField(source="file.name")
    sha256 = serializers.CharField(source="file.sha256")

    class Meta:
        model = Upload
        fields = [
            "id", "submission", "file", "sha256", "status", "version", "uploaded_at", "errors",
            "warnings",
        ]  # fmt: skip


class UploadDetailOut(UploadOut):
    issues = IssueOut(many=True)

    class Meta(UploadOut.Meta):
        fields = [*UploadOut.Meta.fields, "issues"]


class UploadIn(serializers.Serializer):
    submission = serializers.IntegerField()
    file = serializers.FileField()


class UploadFilter(django_filters.FilterSet):
    submission = IntegerFilter(field_name="submission_id")
    organisation = django_filters.CharFilter(field_name="submission__organisation__code")

    class Meta:
        model = Upload
        fields = ["status"]


class UploadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Files offered for a form. `POST` takes `If-Match` and `Idempotency-Key`; `?dry_run=true`
    answers with the issues and stores nothing."""

    permission_classes = [Allowed]
    parser_classes = [MultiPartParser]
    filterset_class = UploadFilter
    ordering_fields = ["uploaded_at"]
    queryset = Upload.objects.none()

    @property
    def needs(self) -> str:
        return "submission.fill" if self.action == "create" else "submission.view"

    def get_queryset(self) -> QuerySet[Upload]:
        return Upload.objects.visible_to(self.request.user).select_related(
            "file", "submission__organisation"
        )

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return UploadOut if self.action == "list" else UploadDetailOut

    @extend_schema(
        request=UploadIn,
        responses={200: ErrorOut, 201: UploadDetailOut, 422: ErrorOut},
        parameters=[
            IF_MATCH,
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="Sent again with the same file, it gets the first answer again.",
            ),
            OpenApiParameter("dry_run", bool, description="Check the file and store nothing."),
        ],
    )
    def create(self, request: Request) -> Response:
        refuse_oversize(announced_length(request) - ENVELOPE)
        given = UploadIn(data=request.data)
        given.is_valid(raise_exception=True)
        submission = self._submission(request, given.validated_data["submission"])
        posted = given.validated_data["file"]
        refuse_oversize(posted.size)
        if wants_dry_run(request):
            return self._try(submission, posted)
        upload = stage_upload(
            submission=submission,
            actor=request.user,
            filename=posted.name,
            content=posted.read(),
            expected_version=expected_version(request),
            way=Upload.Way.API,
            idempotency_key=idempotency_key(request),
        )
        if upload.status == Upload.Status.REFUSED:
            return self._refused(upload.issues.all())
        return Response(UploadDetailOut(upload).data, status=status.HTTP_201_CREATED)

    def _try(self, submission: Submission, posted: UploadedFile) -> Response:
        if submission.status not in EDITABLE:
            raise not_open(submission)
        found = check_file(submission=submission, filename=posted.name, content=posted.read())
        result = judged(submission, found)
        if result.errors:
            return self._refused(result.issues)
        text = str(_("The file has no errors; nothing was stored."))
        return Response(body("upload.valid", text, issues=IssueOut(result.issues, many=True).data))

    def _submission(self, request: Request, pk: int) -> Submission:
        visible = Submission.objects.visible_to(request.user)
        found = visible.select_related("form__owner", "organisation").filter(pk=pk).first()
        if found is None:
            raise MetroplanError(
                "submission.unknown",
                _("There is no form with this number among those of your units."),
                status=status.HTTP_404_NOT_FOUND,
                fields={"submission": ["unknown"]},
            )
        require(request.user, "submission.fill", found)
        return found

    @staticmethod
    def _refused(issues: list[Issue] | QuerySet) -> Response:
        text = str(_("The file has errors; nothing was taken over."))
        answer = body("upload.refused", text, issues=IssueOut(issues, many=True).data)
        return Response(answer, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
