"""One e-mail a person and working day with what they were told of and have not read."""

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metroplan.organisations.models import Notice, User
from metroplan.organisations.selectors_notices import notice_rows

logger = logging.getLogger(__name__)

LINES = 50
"""So many notices are written out; the others are counted."""

# One person's address is at fault, not the server.
REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
UNREACHABLE = (smtplib.SMTPException, OSError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many digests were sent, and refused by the server; `reached` it at all."""

    sent: int
    refused: int
    reached: bool = True


def send_digests(*, now: datetime) -> Outcome:
    """To everyone who has something unread that was not mailed, and no digest of today yet.

    Each is sent in its own transaction: what was not sent stays unmailed and is tried again by the
    next run. Where the server cannot be reached, the run ends.
    """
    if not settings.SENDS_MAIL:
        return Outcome(0, 0)
    waiting = list(_readers(now).values_list("pk", flat=True))
    if not waiting:
        return Outcome(0, 0)
    sent = refused = 0
    try:
        with get_connection() as connection:
            for pk in waiting:
                try:
                    sent += _send(pk, now, connection)
                except REFUSED as error:
                    refused += 1
                    logger.warning("the digest of user %s was refused: %s", pk, error)
    except UNREACHABLE as error:
        logger.warning("the mail server failed, digests are tried again: %s", error)
        return Outcome(sent, refused, reached=False)
    return Outcome(sent, refused)


def _readers(now: datetime) -> QuerySet[User]:
    mine = Notice.objects.filter(user=OuterRef("pk"))
    of_today = mine.filter(mailed_at__gte=_midnight(now))
    people = User.objects.filter(is_active=True, wants_mail=True).exclude(email="")
    return people.filter(Exists(_unmailed(mine)), ~Exists(of_today)).order_by("pk")


def _unmailed(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    return notices.filter(read_at__isnull=True, mailed_at__isnull=True)


@transaction.atomic
def _send(pk: int, now: datetime, connection: object) -> int:
    """1 where a digest went out; 0 where another run was faster."""
    user = User.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if user is None or not _readers(now).filter(pk=pk).exists():
        return 0
    notices = list(_unmailed(Notice.objects.filter(user=user)).order_by("pk"))
    digest(user, notices, connection).send()
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=now)
    return 1


def digest(user: User, notices: list[Notice], connection: object = None) -> EmailMessage:
    """In the portal's own language: which one a person reads in is known to their browser only."""
    with translation.override(settings.LANGUAGE_CODE):
        count = len(notices)
        subject = ngettext("{count} notice", "{count} notices", count).format(count=count)
        text = render_to_string(
            "organisations/digest.txt",
            {
                "user": user,
                "rows": [
                    (row, notice.url)
                    for row, notice in zip(notice_rows(notices), notices, strict=True)
                ][:LINES],
                "more": max(0, count - LINES),
                "site": settings.SITE_URL,
            },
        )
        subject = f"{_('Metrology plans')}: {subject}"
    return EmailMessage(subject, text, to=[user.email], connection=connection)


def _midnight(now: datetime) -> datetime:
    """When the day began at the bureau."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
