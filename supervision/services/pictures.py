"""Files that people send from the spot, as they are kept."""

from pathlib import PurePosixPath

from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError
from metroplan.submissions.services.evidence import refuse_unfit
from supervision.rules.pictures import without_traces

UNPROCESSABLE = 422
PICTURES = {".jpg", ".jpeg", ".png"}


def picture(filename: str, content: bytes) -> bytes:
    """The bytes to keep. Raises MetroplanError for what is not a picture, empty or too large."""
    refuse_unfit(filename, content)
    try:
        if not _is_picture(filename):
            raise ValueError("picture.kind")
        return without_traces(content)
    except ValueError as error:
        raise MetroplanError(
            "inspection.not_a_picture",
            _("“{name}” is not a picture that can be shown: add a photo as JPEG or PNG."),
            status=UNPROCESSABLE,
            name=filename[:60],
        ) from error


def paper_or_picture(filename: str, content: bytes) -> bytes:
    """As `picture`; papers of other kinds are kept as they came."""
    if _is_picture(filename):
        return picture(filename, content)
    refuse_unfit(filename, content)
    return content


def _is_picture(filename: str) -> bool:
    return PurePosixPath(filename).suffix.lower() in PICTURES
