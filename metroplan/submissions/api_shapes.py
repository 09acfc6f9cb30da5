"""What the endpoints of submissions share: the headers they read and the shapes they answer in."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.request import Request

from metroplan.common.api_fields import PeriodField
from metroplan.common.problems import MetroplanError
from metroplan.common.text import whole_number
from metroplan.submissions.models import ReturnedLine, ReviewDecision, Submission, Upload
from metroplan.submissions.wording import describe

TAG = re.compile(r'(?:W/)?"?(\d{1,9})"?', re.ASCII)
YES, NO = {"true", "1", "yes"}, {"false", "0", "no"}
KEY_LENGTH = Upload._meta.get_field("idempotency_key").max_length
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The version of the form you saw."
)


def expected_version(request: Request) -> int:
    """The version the caller saw, from `If-Match: "3"`; without it nothing is changed."""
    seen = TAG.fullmatch(request.headers.get("If-Match", "").strip())
    if seen is None:
        raise MetroplanError(
            "request.if_match_missing",
            _("Send the header If-Match with the version of the form that you saw."),
            status=status.HTTP_428_PRECONDITION_REQUIRED,
        )
    return int(seen[1])


def wants_dry_run(request: Request) -> bool:
    """Anything but a plain yes or no is refused: a try must not turn into the act itself."""
    said = request.query_params.get("dry_run", "false").lower()
    if said not in YES | NO:
        raise serializers.ValidationError({"dry_run": [_("Write true or false.")]})
    return said in YES


def idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_LENGTH:
        text = _("At most {limit} characters.").format(limit=KEY_LENGTH)
        raise serializers.ValidationError({"Idempotency-Key": [text]})
    return key


def announced_length(request: Request) -> int:
    """Bytes of the whole request, known before any of it is read; 0 where it does not say."""
    return whole_number(request.META.get("CONTENT_LENGTH") or "") or 0


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


class ReturnedLineOut(serializers.ModelSerializer):
    class Meta:
        model = ReturnedLine
        fields = ["key", "reason"]


class DecisionOut(serializers.ModelSerializer):
    unit = serializers.SlugRelatedField("code", read_only=True)
    by = serializers.CharField(source="decided_by.get_full_name")
    lines = ReturnedLineOut(many=True)

    class Meta:
        model = ReviewDecision
        fields = ["unit", "decision", "version", "reason", "decided_at", "by", "lines"]


class SubmissionOut(serializers.ModelSerializer):
    form = serializers.SlugRelatedField("code", read_only=True)
    organisation = serializers.SlugRelatedField("code", read_only=True)
    reviewer = serializers.SlugRelatedField("code", source="reviewer_unit", read_only=True)
    period = PeriodField()
    stale = serializers.BooleanField()

    class Meta:
        model = Submission
        fields = [
            "id", "form", "organisation", "period", "status", "version", "reviewer", "due_on",
            "submitted_at", "first_submitted_at", "approved_at", "approved_version", "stale",
            "open_lines",
        ]  # fmt: skip


class SubmissionDetailOut(SubmissionOut):
    decisions = DecisionOut(many=True)

    class Meta(SubmissionOut.Meta):
        fields = [*SubmissionOut.Meta.fields, "decisions"]
