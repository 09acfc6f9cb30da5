"""What a file may cost before it is opened, and the problems that say so."""

from typing import NoReturn

from django.conf import settings

from metroplan.submissions.types import FileProblem, Issue

# A short text may be repeated in very many cells; readers copy it for each.
MAX_TEXT = 16_000_000


def refuse(code: str, *, sheet: str = "", **params: object) -> NoReturn:
    raise FileProblem(Issue(code, sheet=short_name(sheet), params=params))


def short_name(sheet: str) -> str:
    """Excel allows 31 characters for a sheet's name, other programs any number."""
    return sheet[:100]


def check_size(content: bytes) -> None:
    if not content:
        refuse("file.empty")
    if len(content) > settings.UPLOAD_MAX_BYTES:
        refuse("file.too_large", limit_mb=_megabytes(settings.UPLOAD_MAX_BYTES))


def check_unpacked(size: int) -> None:
    if size > settings.UPLOAD_MAX_UNPACKED_BYTES:
        refuse_unpacked()


def refuse_unpacked() -> NoReturn:
    refuse("file.unpacked_too_large", limit_mb=_megabytes(settings.UPLOAD_MAX_UNPACKED_BYTES))


def check_sheets(count: int) -> None:
    if count > settings.UPLOAD_MAX_SHEETS:
        refuse("file.too_many_sheets", count=count, limit=settings.UPLOAD_MAX_SHEETS)


def check_extent(*, sheet: str, rows: int, columns: int) -> None:
    """`rows` and `columns` are the last ones that hold something, counted from 1."""
    if rows > settings.UPLOAD_MAX_ROWS:
        refuse("file.too_many_rows", sheet=sheet, row=rows, limit=settings.UPLOAD_MAX_ROWS)
    if columns > settings.UPLOAD_MAX_COLUMNS:
        refuse("file.too_many_columns", sheet=sheet, limit=settings.UPLOAD_MAX_COLUMNS)


def check_cells(count: int) -> None:
    """`count` of all filled cells of a file."""
    if count > settings.UPLOAD_MAX_CELLS:
        refuse_cells()


def refuse_cells() -> NoReturn:
    refuse("file.too_many_cells", limit=settings.UPLOAD_MAX_CELLS)


def check_text(characters: int) -> None:
    """`characters` of all cells of a file, a text that stands in two cells counted twice."""
    if characters > MAX_TEXT:
        refuse("file.too_much_text")


def check_area(area: int) -> None:
    """`area` is what all sheets take laid out in full, from A1 to their last filled cells."""
    if area > settings.UPLOAD_MAX_ROWS * settings.UPLOAD_MAX_COLUMNS:
        refuse_cells()


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.6g}"
