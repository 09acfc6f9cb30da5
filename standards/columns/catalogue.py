"""The catalogue as a table: the columns an import reads, in the order of the items."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from standards.models import CatalogueItem
from standards.selectors.coverage import COVERED, EXCLUDED, GAP, NOT_KNOWN
from standards.selectors.coverage_matrix import LAPSING, Cell, Matrix

ITEM = (
    *("code", "parent_code", "name", "regulation", "verification_mode", "scope_note"),
    *("official_serial", "certainty", "certainty_note", "kinds"),
)


def item_rows(items: Iterable[CatalogueItem]) -> Iterator[tuple[Any, ...]]:
    yield ITEM
    for item in items:
        yield (
            item.code,
            item.parent.code if item.parent_id else "",
            item.name,
            item.regulation,
            item.mode,
            item.scope_note,
            item.official_serial,
            item.certainty,
            item.certainty_note,
            " ".join(kind.code for kind in item.kinds.all()),
        )


def standing_words() -> dict[str, str]:
    return {
        COVERED: _("Covered"),
        GAP: pgettext("coverage", "Gap"),
        LAPSING: _("Lapses"),
        EXCLUDED: _("Excluded"),
        NOT_KNOWN: _("Not known"),
    }


def coverage_rows(matrix: Matrix) -> Iterator[tuple[Any, ...]]:
    """What the number is and how it came about, then a line for each item."""
    now, words = matrix.now, standing_words()
    yield (_("Standards coverage of compulsory-verification items"),)
    yield (_("Unit"), now.organisation.code, now.organisation.name)
    yield (_("On the day"), now.day)
    version = now.version
    yield (_("Catalogue"), version.code if version else "", version.title if version else "")
    yield (_("Standards of the level"), ", ".join(now.levels) or _("All levels"))
    yield (_("Covered items"), now.covered, _("Items in all"), now.total)
    yield (_("Excluded"), now.excluded, _("Not known"), now.unknown)
    if matrix.then is not None:
        then = matrix.then
        yield (_("If nothing is renewed by the end of quarter"), str(matrix.horizon))
        yield (_("Covered items"), then.covered, _("Items in all"), then.total)
    yield ()
    head = (_("Code"), _("Item"), _("Regulation"), _("State"), _("Covered until"), _("Covered by"))
    yield (*head, *(column.name for column in matrix.columns))
    for row in matrix.rows:
        line = row.line
        covers = "; ".join(f"{one.number} {one.name} ({one.institute})" for one in line.covered_by)
        facts = (line.item.code, line.item.name, line.item.regulation, words[row.standing])
        until = line.until if line.covered_by else None
        yield (*facts, until, covers, *(_cell(cell, words) for cell in row.cells))


def _cell(cell: Cell, words: dict[str, str]) -> Any:
    return cell.until if cell.covers else words[cell.standing]
