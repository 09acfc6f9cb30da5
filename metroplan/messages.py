"""The Chinese of every sentence: found in code and templates, kept in one .po, compiled to .mo.

Command line: `python -m metroplan.messages compile|update|check`. Nothing but Babel is needed.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_javascript
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE_DIR = Path(__file__).resolve().parent.parent
PO = BASE_DIR / "metroplan" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
SOURCES = [
    path
    for path in sorted(BASE_DIR.iterdir())
    if (path / "apps.py").exists() or path.name in ("metroplan", "templates")
]

KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\w*\}")


def template_messages(fileobj, keywords, comment_tags, options) -> Iterator[tuple]:
    """Babel's extraction method for a Django template.

    Django blanks out all but the messages; what is left has no Python indentation, so it is
    read by the rules of JavaScript, whose calls and strings look the same.
    """
    code = templatize(fileobj.read().decode("utf-8"))
    blanked = re.sub(r"\bu(?=['\"])", "", code)
    source = io.BytesIO(blanked.encode("utf-8"))
    return extract_javascript(source, keywords, comment_tags, options)


METHODS = [
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**.html", template_messages),
    ("**.txt", template_messages),
]


def found() -> Catalog:
    """Every message of the sources, with the places it stands at."""
    catalog = Catalog(locale="zh_Hans", domain="django")
    for directory in SOURCES:
        for name, line, message, comments, context in _extract(directory):
            place = (str((directory / name).relative_to(BASE_DIR)), line)
            catalog.add(message, locations=[place], auto_comments=comments, context=context)
    return catalog


def _extract(directory: Path) -> Iterator[tuple]:
    return extract_from_dir(
        directory,
        METHODS,
        keywords=KEYWORDS,
        comment_tags=("Translators",),
        strip_comment_tags=True,
    )


def written() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def faults() -> list[str]:
    """One line per message that has no Chinese, a doubtful one, or other placeholders."""
    chinese = written()
    lines = []
    for message in found():
        if message.id:
            why = _fault(message, chinese.get(message.id, message.context))
            lines += [f"{_place(message)}: {why}: {message.id!r}"] if why else []
    return lines


def _fault(message: Message, chinese: Message | None) -> str:
    if chinese is None:
        return "not in the catalogue"
    strings = chinese.string if isinstance(chinese.string, tuple | list) else [chinese.string]
    if not all(strings):
        return "no Chinese"
    if chinese.fuzzy:
        return "fuzzy"
    source = message.id if isinstance(message.id, str) else message.id[-1]
    expected = set(PLACEHOLDER.findall(source))
    if any(set(PLACEHOLDER.findall(string)) != expected for string in strings):
        return "other placeholders"
    return ""


def _place(message: Message) -> str:
    name, line = message.locations[0]
    return f"{name}:{line}"


def compile_() -> int:
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, written())
    return 0


def update() -> int:
    """Bring new messages into the .po, empty; what is no longer used goes."""
    catalog = written()
    catalog.update(found(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
    return 0


def check() -> int:
    lines = faults()
    sys.stdout.writelines(f"{line}\n" for line in lines)
    if lines:
        sys.stdout.write(f"{len(lines)} messages lack a good Chinese sentence in {PO.name}.\n")
    return 1 if lines else 0


def main(arguments: list[str]) -> int:
    actions = {"compile": compile_, "update": update, "check": check}
    if len(arguments) != 1 or arguments[0] not in actions:
        sys.stderr.write("python -m metroplan.messages compile|update|check\n")
        return 2
    return actions[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
