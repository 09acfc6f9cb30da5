"""Remembering how a unit's own tables are laid out, and reading the file by it."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.models import ColumnMapping, Upload
from metroplan.submissions.selectors.mapping import document_of, headings_at
from metroplan.submissions.services.stage import stage_upload
from metroplan.submissions.types import Document


@transaction.atomic
def map_columns(
    *,
    upload: Upload,
    actor: User,
    sheet: str,
    header: int,
    columns: dict[int, str],
    expected_version: int,
) -> Upload:
    """Remember what each column of the upload's table holds and take the same file in by it.

    `header` is the row of the headings as Excel numbers it, `columns` maps 0-based columns to
    parts. Files of this unit and form with the same headings are read so from now on.
    """
    submission = upload.submission
    require(actor, "submission.fill", submission)
    document = document_of(upload)
    if document is None or document.manifest is not None:
        raise _not_a_table()
    _remember(upload, document, actor, sheet=sheet, header=header, columns=columns)
    with upload.file.content.open("rb") as content:
        data = content.read()
    return stage_upload(
        submission=submission,
        actor=actor,
        filename=upload.file.name,
        content=data,
        expected_version=expected_version,
        again=True,
    )


def _remember(
    upload: Upload,
    document: Document,
    actor: User,
    *,
    sheet: str,
    header: int,
    columns: dict[int, str],
) -> ColumnMapping:
    digest, titles = headings_at(document, sheet, header)
    if not titles:
        raise MetroplanError(
            "mapping.no_headings",
            _("Row {row} has no headings: choose the row in which they stand."),
            status=422,
            row=header,
        )
    submission = upload.submission
    mapping, _made = ColumnMapping.objects.update_or_create(
        form=submission.form,
        organisation=submission.organisation,
        digest=digest,
        defaults={
            "headings": [titles[index] for index in sorted(titles)],
            "columns": {str(index): part for index, part in sorted(columns.items())},
            "saved_by": actor,
        },
    )
    record(
        "columns.mapped",
        actor=actor,
        on=submission,
        headings=mapping.headings,
        columns=mapping.columns,
    )
    return mapping


def _not_a_table() -> MetroplanError:
    return MetroplanError(
        "mapping.not_a_table",
        _("This file has no columns to choose from: upload the filled-in template instead."),
        status=422,
    )
