"""Figures pushed line by line, without a file."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from metroplan.common.api_errors import ErrorOut, body
from metroplan.organisations.permissions import Allowed
from metroplan.submissions.api import UploadDetailOut
from metroplan.submissions.api_shapes import (
    IF_MATCH,
    IssueOut,
    announced_length,
    expected_version,
    idempotency_key,
    wants_dry_run,
)
from metroplan.submissions.models import Submission, Upload
from metroplan.submissions.services.cells import check_cells, stage_cells
from metroplan.submissions.services.stage import not_open, refuse_oversize
from metroplan.submissions.states import EDITABLE
from metroplan.submissions.types import CellsIn

LONGEST_KEY, LONGEST_TEXT, MOST_LINES = 120, 5000, 2000
PARTS = ("value", "numerator", "denominator")


class Text(serializers.CharField):
    """A text or a number, as it would be written into a cell; null is blank."""

    def __init__(self) -> None:
        super().__init__(
            default="",
            allow_blank=True,
            allow_null=True,
            trim_whitespace=False,
            max_length=LONGEST_TEXT,
        )


class CellsLineIn(serializers.Serializer):
    """One whole line: parts that are left out are blank. A decimal is best sent as text."""

    key = serializers.CharField(max_length=LONGEST_KEY, help_text="Code of the measure.")
    value = Text()
    numerator = Text()
    denominator = Text()
    note = Text()


class PushIn(serializers.Serializer):
    """Lines of the form that are not named keep the figures of the present version."""

    lines = CellsLineIn(many=True, allow_empty=False, max_length=MOST_LINES)


EXAMPLES = [
    OpenApiExample(
        "A count with a note, a ratio, and a line that does not apply",
        request_only=True,
        value={
            "lines": [
                {"key": "integrity_units", "value": "1234", "note": "with the new town"},
                {"key": "net_content_pass_rate", "numerator": "181", "denominator": "200"},
                {"key": "energy_labels", "value": "/"},
            ]
        },
    ),
    OpenApiExample(
        "Refused: nothing was taken over",
        response_only=True,
        status_codes=["422"],
        value={
            "code": "upload.refused",
            "message": "The figures have errors; nothing was taken over.",
            "fields": {},
            "issues": [
                {
                    "code": "figure.not_a_number",
                    "severity": "error",
                    "sheet": "",
                    "row": 1,
                    "column": "",
                    "key": "integrity_units",
                    "params": {"value": "many", "part": "value"},
                    "message": "“many” in line 1, Value is not a number: write digits, or / where "
                    "the line does not apply.",
                }
            ],
        },
    ),
]


class CellsView(generics.GenericAPIView):
    """Push some lines of a form. Takes `If-Match` and `Idempotency-Key`; `?dry_run=true` answers
    with the issues and stores nothing."""

    permission_classes = [Allowed]
    needs = "submission.fill"
    parser_classes = [JSONParser]
    serializer_class = PushIn
    filter_backends: list = []
    queryset = Submission.objects.none()

    def get_queryset(self) -> QuerySet[Submission]:
        visible = Submission.objects.visible_to(self.request.user)
        return visible.select_related("form__owner", "organisation", "reviewer_unit")

    @extend_schema(
        request=PushIn,
        responses={200: ErrorOut, 201: UploadDetailOut, 422: ErrorOut},
        examples=EXAMPLES,
        operation_id="submissions_cells_create",
        parameters=[
            IF_MATCH,
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="Sent again with the same lines, it gets the first answer again.",
            ),
            OpenApiParameter("dry_run", bool, description="Check the lines and store nothing."),
        ],
    )
    def post(self, request: Request, pk: int) -> Response:
        submission = self.get_object()
        dry_run = wants_dry_run(request)
        seen = 0 if dry_run else expected_version(request)
        refuse_oversize(announced_length(request))
        given = PushIn(data=request.data)
        given.is_valid(raise_exception=True)
        lines = [_line(line) for line in given.validated_data["lines"]]
        if dry_run:
            return self._try(submission, lines)
        upload = stage_cells(
            submission=submission,
            actor=request.user,
            lines=lines,
            expected_version=seen,
            way=Upload.Way.API,
            idempotency_key=idempotency_key(request),
            merge=True,
        )
        if upload.status == Upload.Status.REFUSED:
            return _refused(upload.issues.all())
        tag = {"ETag": f'"{upload.version}"'}
        return Response(UploadDetailOut(upload).data, status.HTTP_201_CREATED, headers=tag)

    @staticmethod
    def _try(submission: Submission, lines: list[CellsIn]) -> Response:
        if submission.status not in EDITABLE:
            raise not_open(submission)
        result = check_cells(submission=submission, lines=lines, merge=True)
        if result.errors:
            return _refused(result.issues)
        text = str(_("The figures have no errors; nothing was stored."))
        return Response(body("upload.valid", text, issues=IssueOut(result.issues, many=True).data))


def _line(given: dict[str, Any]) -> CellsIn:
    texts = {part: (given[part] or "").replace("\0", "") for part in PARTS}
    return CellsIn(given["key"], texts, (given["note"] or "").replace("\0", ""))


def _refused(issues: Any) -> Response:
    text = str(_("The figures have errors; nothing was taken over."))
    answer = body("upload.refused", text, issues=IssueOut(issues, many=True).data)
    return Response(answer, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
