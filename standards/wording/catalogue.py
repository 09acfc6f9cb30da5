"""Sentences for the issues of an uploaded catalogue; the place is the cell."""

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "catalogue.no_heading": _(
        "No line of the file has the columns {columns}: write their headings above the table."
    ),
    "catalogue.no_lines": _("Below its heading the table has no line: add the items."),
    "catalogue.no_items": _(
        "The table has first-level lines only: add the items below them, each with the code of "
        "its first level."
    ),
    "catalogue.code_missing": _("{place}: the line has no code; give it one."),
    "catalogue.name_missing": _("{place}: the line has no name; write it."),
    "catalogue.code_twice": _(
        "{place}: code “{value}” stands in row {first} already; give each line its own."
    ),
    "catalogue.parent_unknown": _(
        "{place}: “{value}” is no first-level code of this table; correct it or add that line."
    ),
    "catalogue.parent_missing": _(
        "{place}: no first-level name stands in this line or above it; write it in the first line "
        "of its group."
    ),
    "catalogue.too_long": _("{place}: the text has {length} characters, {limit} fit; shorten it."),
    "catalogue.regulation_missing": _(
        "{place}: the item says nothing of its regulation; write P, V, P+V, or ? if it is not "
        "known."
    ),
    "catalogue.regulation_unknown": _(
        "{place}: “{value}” is no regulation; write P, V, P+V, or ? if it is not known."
    ),
    "catalogue.mode_unknown": _(
        "{place}: “{value}” is no mode of verification; write periodic, initial_only, "
        "initial_only_rotation, mixed, none or ?."
    ),
    "catalogue.mode_disagrees": _(
        "{place}: mode “{value}” does not go with type approval alone; write none, or correct the "
        "regulation."
    ),
    "catalogue.certainty_unknown": _(
        "{place}: “{value}” is no certainty; write official, confirmed_secondary, inferred or "
        "recalled."
    ),
    "catalogue.predecessor_unknown": _(
        "{place}: “{value}” is no item of the older table ({older}); write a code of it or leave "
        "the cell empty."
    ),
    "catalogue.kind_unknown": _(
        "{place}: “{value}” is no kind of instrument; write a code of the list of kinds, or leave "
        "the cell empty."
    ),
    "catalogue.formula": _(
        "{place}: the formula has no result; open the file, let it calculate and save it."
    ),
}
