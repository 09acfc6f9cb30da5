"""Content that is kept in both languages: `name_zh` and `name_en` side by side."""

from typing import Any

from django.utils.translation import get_language


def in_chinese() -> bool:
    return (get_language() or "zh-hans").startswith("zh")


def reader_language() -> str:
    """`zh` or `en`: for texts that are kept in both and not translated by gettext."""
    return "zh" if in_chinese() else "en"


def localised(thing: Any, field: str) -> str:
    """The text in the reader's language, or in the other one where it is empty."""
    zh, en = getattr(thing, f"{field}_zh"), getattr(thing, f"{field}_en")
    return (zh or en) if in_chinese() else (en or zh)


class BilingualName:
    """Gives `name` in the reader's language to a class with `name_zh` and `name_en`."""

    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        return localised(self, "name")

    def __str__(self) -> str:
        return self.name
