"""The sentences behind notices. Apps register those of their own codes in `AppConfig.ready`."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

from metroplan.common.naming import BilingualName, reader_language
from metroplan.common.periods import Period

QUARTER = "period"

_sentences: dict[str, Promise] = {}


def register(sentences: Mapping[str, Promise]) -> None:
    """Raises ValueError for a code that has a sentence already."""
    if taken := _sentences.keys() & sentences.keys():
        raise ValueError(f"notices are registered twice: {sorted(taken)}")
    _sentences.update(sentences)


def codes() -> frozenset[str]:
    return frozenset(_sentences)


def in_both(thing: BilingualName) -> dict[str, str]:
    """A name for `params`, so that every reader meets it in their own language."""
    return {"zh": thing.name_zh, "en": thing.name_en}


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """What the notice says, in the language that is active; a missing word stays a blank."""
    said = {name: _word(name, value) for name, value in params.items()}
    return str(_sentences[code]).format_map(defaultdict(str, said))


def _word(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        here = reader_language()
        return value.get(here) or next(filter(None, value.values()), "")
    return Period.parse(value).in_words(reader_language()) if name == QUARTER else value
