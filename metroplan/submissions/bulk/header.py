"""Which column is which."""

from metroplan.common.text import normalise
from metroplan.submissions.bulk.registry import Column, Row
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import Issue

SHOWN = 60


def find_columns(row: Row, wanted: tuple[Column, ...]) -> tuple[dict[str, int], list[Issue]]:
    """The 0-based place of every column by its key, and what is wrong with the heading."""
    number, titles, _ = row
    known = {name: column.key for column in wanted for name in (column.key, *column.aliases)}
    places: dict[str, int] = {}
    issues: list[Issue] = []
    for index, title in enumerate(titles):
        name = normalise(title).casefold()
        if not name:
            continue
        key, shown = known.get(name), title[:SHOWN]
        where = {"row": number, "column": column_letter(index)}
        if key is None:
            issues.append(Issue("column.unknown", params={"header": shown}, **where))
        elif key in places:
            params = {"header": shown, "first": column_letter(places[key])}
            issues.append(Issue("column.doubled", params=params, **where))
        else:
            places[key] = index
    missing = [column.key for column in wanted if column.required and column.key not in places]
    if missing:
        params = {"columns": ", ".join(missing)}
        issues.append(Issue("import.columns_missing", row=number, params=params))
    return places, issues
