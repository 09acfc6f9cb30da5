"""What every page knows about the site. It asks the database nothing."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language_info

from metroplan.common.periods import Period, newest_closed


@dataclass(frozen=True)
class Language:
    code: str
    name: str


@dataclass(frozen=True)
class Site:
    """`newest_period` is the latest quarter that has ended, in the time of the bureau."""

    demo: bool
    version: str
    languages: list[Language]
    newest_period: Period


SHORT_NAMES = {"zh-hans": "中文"}


def site(request: HttpRequest) -> dict[str, Site]:
    return {
        "site": Site(
            demo=settings.DEMO,
            version=settings.VERSION,
            languages=[language(code) for code, _name in settings.LANGUAGES],
            newest_period=newest_closed(timezone.localdate()),
        )
    }


def language(code: str) -> Language:
    """Named in itself, so that a reader who is lost in the other language finds it."""
    return Language(code, SHORT_NAMES.get(code) or get_language_info(code)["name_local"])
