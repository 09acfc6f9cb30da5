"""Forms of a quarter and the files offered for them: read, upload, submit, review."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_errors import body
from metroplan.common.api_fields import PeriodField, PeriodFilter
from metroplan.common.problems import MetroplanError
from metroplan.organisations.permissions import Allowed
from metroplan.organisations.policy import require
from metroplan.submissions.models import ReviewDecision, Submission, Upload
from metroplan.submissions.services import review
from metroplan.submissions.services.stage import check_file, refuse_oversize, stage_upload
from metroplan.submissions.types import Issue
from metroplan.submissions.wording import describe

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The version of the form you saw."
)


def expected_version(request: Request) -> int:
    """The version the caller saw, from `If-Match: "3"`; without it nothing is changed."""
    seen = request.headers.get("If-Match", "").strip().strip('"')
    if not seen.isdecimal():
        raise MetroplanError(
            "request.if_match_missing",
            _("Send the header If-Match with the version of the form that you saw."),
            status=status.HTTP_428_PRECONDITION_REQUIRED,
        )
    return int(seen)


class IssueOut(serializers.Serializer):
    """One problem of a file: row 0 is the file itself; `message` is in the caller's language."""

    code = serializers.CharField()
    severity = serializers.CharField()
    sheet = serializers.CharField()
    row = serializers.IntegerField()
    column = serializers.CharField()
    key = serializers.CharField()
    params = serializers.DictField()
    message = serializers.SerializerMethodField()

    def get_message(self, issue: Any) -> str:
        return describe(issue)


class DecisionOut(serializers.ModelSerializer):
    unit = serializers.SlugRelatedField("code", read_only=True)
    by = serializers.CharField(source="decided_by.get_full_name")

    class Meta:
        model = ReviewDecision
        fields = ["unit", "decision", "version", "reason", "decided_at", "by"]


class SubmissionOut(serializers.ModelSerializer):
    form = serializers.SlugRelatedField("code", read_only=True)
    organisation = serializers.SlugRelatedField("code", read_only=True)
    reviewer = serializers.SlugRelatedField("code", source="reviewer_unit", read_only=True)
    period = PeriodField()

    class Meta:
        model = Submission
        fields = [
            "id", "form", "organisation", "period", "status", "version", "reviewer", "due_on",
            "submitted_at", "approved_at", "approved_version",
        ]  # fmt: skip


class SubmissionDetailOut(SubmissionOut):
    decisions = DecisionOut(many=True)

    class Meta(SubmissionOut.Meta):
        fields = [*SubmissionOut.Meta.fields, "decisions"]


class ReturnIn(serializers.Serializer):
    reason = serializers.CharField(max_length=1000)


class SubmissionFilter(django_filters.FilterSet):
    organisation = django_filters.CharFilter(field_name="organisation__code")
    form = django_filters.CharFilter(field_name="form__code")
    period = PeriodFilter(field_name="period")

    class Meta:
        model = Submission
        fields = ["status"]


class SubmissionViewSet(viewsets.ReadOnlyModelViewSet):
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
        return found.prefetch_related("decisions__unit", "decisions__decided_by__organisation")

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return SubmissionOut if self.action == "list" else SubmissionDetailOut

    @extend_schema(request=None, responses=SubmissionDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        return self._act(request, review.submit)

    @extend_schema(request=None, responses=SubmissionDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        return self._act(request, review.approve)

    @extend_schema(request=ReturnIn, responses=SubmissionDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        given = ReturnIn(data=request.data)
        given.is_valid(raise_exception=True)
        return self._act(request, review.return_submission, **given.validated_data)

    def _act(self, request: Request, service: Any, **given: Any) -> Response:
        service(
            submission=self.get_object(),
            actor=request.user,
            expected_version=expected_version(request),
            **given,
        )
        return Response(SubmissionDetailOut(self.get_object()).data)


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
    class Meta:
        model = Upload
        fields = ["submission", "status"]


class UploadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Files offered for a form. `POST` takes `If-Match` and `Idempotency-Key`; `?dry_run=true`
    answers with the issues and stores nothing."""

    permission_classes = [Allowed]
    parser_classes = [MultiPartParser]
    needs = "submission.view"
    filterset_class = UploadFilter
    ordering_fields = ["uploaded_at"]
    queryset = Upload.objects.none()

    def get_queryset(self) -> QuerySet[Upload]:
        return Upload.objects.visible_to(self.request.user).select_related(
            "file", "submission__organisation"
        )

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return UploadOut if self.action == "list" else UploadDetailOut

    @extend_schema(
        request=UploadIn,
        responses={201: UploadDetailOut, 422: UploadDetailOut},
        parameters=[
            IF_MATCH,
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
            OpenApiParameter("dry_run", bool),
        ],
    )
    def create(self, request: Request) -> Response:
        given = UploadIn(data=request.data)
        given.is_valid(raise_exception=True)
        submission = self._submission(request, given.validated_data["submission"])
        posted = given.validated_data["file"]
        refuse_oversize(posted.size)
        content = posted.read()
        if request.query_params.get("dry_run") == "true":
            result = check_file(submission=submission, filename=posted.name, content=content)
            return self._issues(result.issues, ok=status.HTTP_200_OK, errors=result.errors)
        upload = stage_upload(
            submission=submission,
            actor=request.user,
            filename=posted.name,
            content=content,
            expected_version=expected_version(request),
            way=Upload.Way.API,
            idempotency_key=request.headers.get("Idempotency-Key", ""),
        )
        if upload.status == Upload.Status.REFUSED:
            return self._issues(upload.issues.all(), ok=0, errors=upload.errors)
        return Response(UploadDetailOut(upload).data, status=status.HTTP_201_CREATED)

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
    def _issues(issues: list[Issue] | QuerySet, *, ok: int, errors: int) -> Response:
        answer = body(
            "upload.refused" if errors else "upload.accepted",
            str(_("The file has errors; nothing was taken over."))
            if errors
            else str(_("The file has no errors.")),
            issues=IssueOut(issues, many=True).data,
        )
        code = status.HTTP_422_UNPROCESSABLE_ENTITY if errors else ok
        return Response(answer, status=code)
