"""What a person is told of, as the page of notices and the digest show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from metroplan.organisations.models import Notice, User
from metroplan.organisations.notices import sentence


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """`text` is in the reader's language; `leads` says that there is a page to open."""

    pk: int
    text: str
    day: date
    unread: bool
    leads: bool


def notices_of(user: User) -> QuerySet[Notice]:
    """The newest first."""
    return Notice.objects.filter(user=user).order_by("-pk")


def notice_rows(notices: Iterable[Notice]) -> list[NoticeRow]:
    return [
        NoticeRow(
            pk=notice.pk,
            text=sentence(notice.code, notice.params),
            day=notice.day,
            unread=notice.read_at is None,
            leads=bool(notice.url),
        )
        for notice in notices
    ]
