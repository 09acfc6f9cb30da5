"""The shape of what comes from the browser grid: a plain form, or the script's JSON."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError
from metroplan.submissions.selectors.typed import Texts
from metroplan.submissions.types import SheetLine

FIELDS = ("value", "numerator", "denominator", "note")
LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Typed:
    """`lines` in the form's order, each line of the form once; `base` and `revision` as seen."""

    lines: dict[str, Texts]
    base: int
    revision: int


def typed_in_form(post: QueryDict, asked: list[SheetLine]) -> Typed:
    """Fields are named by part and line: `value.integrity_units`."""
    lines = {
        line.key: {part: post.get(f"{part}.{line.key}", "") for part in _parts(line)}
        for line in asked
    }
    return _typed(lines, post.get("base"), post.get("revision"))


def typed_in_json(request: HttpRequest, asked: list[SheetLine]) -> Typed:
    """`{"base": 1, "revision": 4, "lines": {"integrity_units": {"value": "12", "note": ""}}}`.

    Lines and parts that are left out are blank.
    """
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise malformed() from error
    if not isinstance(body, dict) or not isinstance(body.get("lines"), dict):
        raise malformed()
    lines = {line.key: _texts(body["lines"].get(line.key, {}), line) for line in asked}
    return _typed(lines, body.get("base"), body.get("revision"))


def malformed() -> MetroplanError:
    return MetroplanError(
        "request.invalid", _("The figures did not arrive whole: load the page again."), status=400
    )


def _parts(line: SheetLine) -> tuple[str, ...]:
    return (*line.entry, "note")


def _texts(given: Any, line: SheetLine) -> Texts:
    if not isinstance(given, dict):
        raise malformed()
    return {part: given.get(part, "") for part in _parts(line)}


def _typed(lines: dict[str, Texts], base: Any, revision: Any) -> Typed:
    texts = [text for line in lines.values() for text in line.values()]
    if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
        raise malformed()
    kept = {
        key: {part: text.replace("\0", "") for part, text in line.items()}
        for key, line in lines.items()
    }
    return Typed(kept, _number(base), _number(revision))


def _number(given: Any) -> int:
    try:
        number = int(given)
    except (TypeError, ValueError) as error:
        raise malformed() from error
    if not 0 <= number < 2**31:
        raise malformed()
    return number
