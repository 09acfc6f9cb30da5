"""What is decided on a form: submitted, approved, returned, taken back, opened again, corrected."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_fields import IntegerFilter
from metroplan.organisations.permissions import Allowed
from metroplan.organisations.policy import require
from metroplan.submissions.api_shapes import IF_MATCH, SubmissionDetailOut, expected_version
from metroplan.submissions.models import Correction, Submission
from metroplan.submissions.services import corrections, review, taking_back

MANY = 200


class LineIn(serializers.Serializer):
    key = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=500)


class ReturnIn(serializers.Serializer):
    """`reason` for the whole form, `lines` for single ones; at least one of the two."""

    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    lines = LineIn(many=True, required=False)

    def validate_lines(self, lines: list[dict[str, str]]) -> dict[str, str]:
        return {line["key"]: line["reason"] for line in lines}

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given.get("reason") and not given.get("lines"):
            text = _("Write why the form is returned, so that the unit knows what to change.")
            raise serializers.ValidationError({"reason": [text]})
        return given


class UnapproveIn(serializers.Serializer):
    """`unit` is the code of the unit whose approval is withdrawn; without it the newest is."""

    reason = serializers.CharField(max_length=1000)
    unit = serializers.CharField(max_length=20, required=False)


class ReopenIn(serializers.Serializer):
    """`due_on` for a form that is overdue and was never handed in."""

    reason = serializers.CharField(max_length=1000)
    due_on = serializers.DateField(required=False)


class CorrectionIn(serializers.Serializer):
    lines = serializers.ListField(child=serializers.CharField(max_length=120), allow_empty=False)
    reason = serializers.CharField(max_length=1000)


class AnswerIn(serializers.Serializer):
    answer = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class SeenIn(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField(min_value=0)


class ApproveManyIn(serializers.Serializer):
    items = SeenIn(many=True, allow_empty=False, max_length=MANY)


class ApprovalOut(serializers.Serializer):
    """`code` and `message` say why a form was not approved; both blank where it was."""

    id = serializers.IntegerField(source="pk")
    approved = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()

    def get_approved(self, outcome: review.Outcome) -> bool:
        return outcome.problem is None

    def get_code(self, outcome: review.Outcome) -> str:
        return outcome.problem.code if outcome.problem else ""

    def get_message(self, outcome: review.Outcome) -> str:
        return outcome.problem.message if outcome.problem else ""


class ApprovalsOut(serializers.Serializer):
    results = ApprovalOut(many=True)


class CorrectionOut(serializers.ModelSerializer):
    submission = serializers.PrimaryKeyRelatedField(read_only=True)
    organisation = serializers.CharField(source="submission.organisation.code")
    lines = serializers.JSONField(source="keys")

    class Meta:
        model = Correction
        fields = [
            "id", "submission", "organisation", "version", "lines", "reason", "status",
            "requested_at", "answer", "decided_at",
        ]  # fmt: skip


class ReviewActs:
    """The acts of a submission's endpoint; each but the bulk approval needs `If-Match`."""

    @extend_schema(request=None, responses=SubmissionDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        return self.act(request, "submission.fill", review.submit)

    @extend_schema(request=None, responses=SubmissionDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        return self.act(request, "submission.review", review.approve)

    @extend_schema(
        operation_id="submissions_approve_many",
        request=ApproveManyIn,
        responses=ApprovalsOut,
        examples=[
            OpenApiExample(
                "Two forms as they were seen",
                value={"items": [{"id": 17, "version": 1}, {"id": 18, "version": 3}]},
                request_only=True,
            )
        ],
    )
    @action(detail=False, methods=["post"], url_path="approve")
    def approve_many(self, request: Request) -> Response:
        """Each form is approved whole or not at all, and each says what came of it."""
        require(request.user, "submission.review")
        given = _given(ApproveManyIn, request)
        items = [(item["id"], item["version"]) for item in given["items"]]
        outcomes = review.approve_many(items=items, actor=request.user)
        return Response(ApprovalsOut({"results": outcomes}).data)

    @extend_schema(request=ReturnIn, responses=SubmissionDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        return self.act(request, "submission.review", review.return_submission, ReturnIn)

    @extend_schema(request=UnapproveIn, responses=SubmissionDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def unapprove(self, request: Request, pk: str) -> Response:
        return self.act(request, "submission.unapprove", taking_back.unapprove, UnapproveIn)

    @extend_schema(request=ReopenIn, responses=SubmissionDetailOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        return self.act(request, "submission.reopen", taking_back.reopen, ReopenIn)

    @extend_schema(request=CorrectionIn, responses={201: CorrectionOut}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def corrections(self, request: Request, pk: str) -> Response:
        """Ask that lines of an approved form be opened for correction."""
        submission = self.get_object()
        require(request.user, "submission.fill", submission)
        correction = corrections.request_correction(
            submission=submission,
            actor=request.user,
            expected_version=expected_version(request),
            **_given(CorrectionIn, request),
        )
        return Response(CorrectionOut(correction).data, status=201)

    def act(
        self,
        request: Request,
        right: str,
        service: Callable[..., Submission],
        takes: type[serializers.Serializer] = serializers.Serializer,
    ) -> Response:
        """Whether it is the caller's turn is for the service to say: it sees the locked form."""
        submission = self.get_object()
        require(request.user, right)
        seen = expected_version(request)
        given = _given(takes, request)
        service(submission=submission, actor=request.user, expected_version=seen, **given)
        return self.answer(self.get_object())

    @staticmethod
    def answer(submission: Submission) -> Response:
        """The form with the tag that `If-Match` of the next step names."""
        tag = {"ETag": f'"{submission.version}"'}
        return Response(SubmissionDetailOut(submission).data, headers=tag)


class CorrectionFilter(django_filters.FilterSet):
    submission = IntegerFilter(field_name="submission_id")
    organisation = django_filters.CharFilter(field_name="submission__organisation__code")

    class Meta:
        model = Correction
        fields = ["status"]


class CorrectionViewSet(viewsets.ReadOnlyModelViewSet):
    """Corrections asked for after approval; the form's owner grants or refuses them."""

    permission_classes = [Allowed]
    needs = "submission.view"
    filterset_class = CorrectionFilter
    ordering_fields = ["requested_at", "status"]
    serializer_class = CorrectionOut
    queryset = Correction.objects.none()

    def get_queryset(self) -> QuerySet[Correction]:
        return Correction.objects.visible_to(self.request.user).select_related(
            "submission__organisation", "submission__form"
        )

    @extend_schema(request=AnswerIn, responses=CorrectionOut)
    @action(detail=True, methods=["post"])
    def grant(self, request: Request, pk: str) -> Response:
        return self._decide(request, corrections.grant_correction)

    @extend_schema(request=AnswerIn, responses=CorrectionOut)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        return self._decide(request, corrections.refuse_correction)

    def _decide(self, request: Request, service: Callable[..., Correction]) -> Response:
        correction = self.get_object()
        require(request.user, "correction.decide", correction.submission)
        service(correction=correction, actor=request.user, **_given(AnswerIn, request))
        return Response(CorrectionOut(self.get_object()).data)


def _given(takes: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    given = takes(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data
