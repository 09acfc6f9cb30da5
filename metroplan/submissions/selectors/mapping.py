"""Which column of somebody's own table holds what: remembered, recognised, asked for."""

from dataclasses import dataclass

from metroplan.submissions.layouts import (
    COLUMNS_MAPPED,
    digest_of,
    find_tables,
    relabelled,
    suggested,
    suggested_header,
    titles_of,
)
from metroplan.submissions.models import ColumnMapping, Submission, Upload
from metroplan.submissions.readers import read_file
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.registry import registry
from metroplan.submissions.types import Document, FileProblem, RawRow, SheetColumn

ROWS_SHOWN = 10
# What the file's headings, and nothing else, are to blame for.
UNKNOWN_TABLE = {"file.header_not_found", "column.missing"}
OTHER_HEADINGS = UNKNOWN_TABLE | {"column.unknown", "column.doubled"}


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """`part` is what it is taken to hold, "" for nothing that is asked."""

    index: int
    letter: str
    heading: str
    part: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    number: int
    cells: list[str]
    header: bool


@dataclass(frozen=True, slots=True)
class TableToMap:
    """The first rows of one sheet, with a guess, or what was remembered, for every column."""

    sheets: list[str]
    sheet: str
    header: int
    columns: list[MappedColumn]
    rows: list[ShownRow]
    options: list[SheetColumn]
    remembered: ColumnMapping | None


def mappings_of(submission: Submission) -> list[ColumnMapping]:
    found = ColumnMapping.objects.filter(
        form_id=submission.form_id, organisation_id=submission.organisation_id
    )
    return list(found.order_by("-saved_at"))


def as_mapped(document: Document, submission: Submission) -> Document:
    """Tables with remembered headings, as if they had the template's; any other file as it is."""
    used = mapping_used(document, submission)
    if not used:
        return document
    tables = {place: (row, parts_of(mapping)) for place, (row, mapping) in used.items()}
    return relabelled(document, tables, registry.get(submission.form.kind).columns())


def mapping_used(
    document: Document, submission: Submission
) -> dict[str, tuple[int, ColumnMapping]]:
    """By sheet, the row of its headings and the mapping they are remembered with."""
    if document.manifest is not None:
        return {}
    known = {mapping.digest: mapping for mapping in mappings_of(submission)}
    if not known:
        return {}
    places = find_tables(document.rows, known)
    return {place.sheet: (place.row, known[place.digest]) for place in places}


def parts_of(mapping: ColumnMapping) -> dict[int, str]:
    return {int(index): part for index, part in mapping.columns.items()}


def document_of(upload: Upload) -> Document | None:
    """None for what was typed in the browser, and for a file that cannot be read."""
    if upload.way == Upload.Way.FORM:
        return None
    with upload.file.content.open("rb") as content:
        data = content.read()
    try:
        return read_file(data, upload.file.name)
    except FileProblem:
        return None


def needs_mapping(upload: Upload) -> bool:
    """Whether the file was refused because its headings are not the template's."""
    codes = {issue.code for issue in upload.issues.all()}
    if upload.status != Upload.Status.REFUSED or not only_headings(codes):
        return False
    document = document_of(upload)
    return document is not None and document.manifest is None


def only_headings(codes: set[str]) -> bool:
    """Whether nothing else is wrong than that the columns are not known."""
    return bool(codes & UNKNOWN_TABLE) and codes <= OTHER_HEADINGS


def mapping_of(upload: Upload) -> ColumnMapping | None:
    """The remembered layout an accepted file was read by."""
    if not mappings_of(upload.submission):
        return None
    document = document_of(upload)
    used = mapping_used(document, upload.submission) if document else {}
    return next((mapping for _row, mapping in used.values()), None)


def table_to_map(
    document: Document, submission: Submission, *, sheet: str | None, header: int | None
) -> TableToMap:
    """`sheet` and `header` as somebody chose them; None for what is remembered or looks likely."""
    used = mapping_used(document, submission)
    sheets = list(dict.fromkeys(row.sheet for row in document.rows))
    chosen = sheet if sheet in sheets else next(iter(used), sheets[0])
    rows = [row for row in document.rows if row.sheet == chosen]
    options = registry.get(submission.form.kind).columns()
    row, mapping = used.get(chosen, (0, None))
    shown = rows[:ROWS_SHOWN]
    header = header or row or suggested_header(shown, options)
    titles = titles_at(rows, header)
    parts = parts_of(mapping) if mapping and row == header else suggested(titles, options)
    width = min(max(max(item.cells) for item in shown) + 1, COLUMNS_MAPPED)
    return TableToMap(
        sheets=sheets,
        sheet=chosen,
        header=header,
        columns=[_column(index, titles, parts) for index in range(width)],
        rows=[_shown(item, width, header) for item in shown],
        options=options,
        remembered=mapping,
    )


def titles_at(rows: list[RawRow], number: int) -> dict[int, str]:
    return next((titles_of(row) for row in rows if row.number == number), {})


def headings_at(document: Document, sheet: str, number: int) -> tuple[str, dict[int, str]]:
    """The digest and the texts of a row of headings; without texts where there is no such row."""
    titles = titles_at([row for row in document.rows if row.sheet == sheet], number)
    return digest_of(titles), titles


def _column(index: int, titles: dict[int, str], parts: dict[int, str]) -> MappedColumn:
    return MappedColumn(
        index=index,
        letter=column_letter(index),
        heading=titles.get(index, ""),
        part=parts.get(index, ""),
    )


def _shown(row: RawRow, width: int, header: int) -> ShownRow:
    texts = [row.cells[index].text if index in row.cells else "" for index in range(width)]
    return ShownRow(row.number, texts, row.number == header)
