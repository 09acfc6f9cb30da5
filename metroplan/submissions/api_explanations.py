"""Warnings of a form's present version over the API, and the explanations they ask for."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_errors import ErrorOut
from metroplan.organisations.policy import require
from metroplan.submissions.api_shapes import IF_MATCH, expected_version
from metroplan.submissions.models import Explanation, Submission
from metroplan.submissions.selectors.explanations import warned_lines
from metroplan.submissions.services.explanations import Said, explain

MANY = 500
LENGTH = Explanation._meta.get_field("text").max_length


class ExplanationIn(serializers.Serializer):
    """`key` and `code` as the warning names them."""

    key = serializers.CharField(max_length=120)
    code = serializers.CharField(max_length=60)
    text = serializers.CharField(max_length=LENGTH)


class ExplanationsIn(serializers.Serializer):
    explanations = ExplanationIn(many=True, allow_empty=False, max_length=MANY)


class WarnedOut(serializers.Serializer):
    """`figure` is what the explanation is kept with: with another figure it is asked for anew.

    `by_note` says that the note of the line explains it.
    """

    key = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField(source="sentence")
    figure = serializers.CharField()
    explained = serializers.BooleanField()
    by_note = serializers.BooleanField()
    text = serializers.CharField()


EXAMPLE = OpenApiExample(
    "One warning explained",
    value={
        "explanations": [
            {"key": "standards", "code": "figure.below_last", "text": "Two were withdrawn in May."}
        ]
    },
    request_only=True,
)


class Explaining:
    """The warnings of a submission's endpoint."""

    @extend_schema(methods=["get"], responses=WarnedOut(many=True), filters=False)
    @extend_schema(
        methods=["post"],
        request=ExplanationsIn,
        responses={200: WarnedOut(many=True), 422: ErrorOut},
        parameters=[IF_MATCH],
        examples=[EXAMPLE],
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def explanations(self, request: Request, pk: str) -> Response:
        """Every warning of the present version; `POST` explains some of them."""
        submission = self.get_object()
        if request.method == "POST":
            self._explain(request, submission)
        rows = WarnedOut(warned_lines(submission), many=True).data
        return Response(rows, headers={"ETag": f'"{submission.version}"'})

    @staticmethod
    def _explain(request: Request, submission: Submission) -> None:
        require(request.user, "submission.fill", submission)
        seen = expected_version(request)
        given = ExplanationsIn(data=request.data)
        given.is_valid(raise_exception=True)
        said: list[dict[str, Any]] = given.validated_data["explanations"]
        explain(
            submission=submission,
            actor=request.user,
            said=[Said(**item) for item in said],
            expected_version=seen,
        )
