"""What people are told, once, and how it reaches them."""

import smtplib
from datetime import UTC, datetime

from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from metroplan.audit.models import AuditEvent
from metroplan.organisations.models import Notice, Role
from metroplan.organisations.notices import codes, sentence
from metroplan.organisations.services.digests import send_digests
from metroplan.organisations.services.notices import notify, settle
from tests.world import World, add_person

LIST = "organisations:notice-list"
MONDAY, TUESDAY = datetime(2023, 1, 9, 0, 30, tzinfo=UTC), datetime(2023, 1, 10, 0, 30, tzinfo=UTC)
WORDS = {
    "form": {"zh": "季报", "en": "Quarterly form"},
    "period": "2022Q4",
    "due": "2023-01-28",
}


def tell(world: World, key: str = "submission:1", **more) -> int:
    given = {"unit": world.units["A"], "roles": [Role.REPORTER], "url": "/reporting/"} | more
    return notify(code="form.opened", params=WORDS, key=key, **given)


def test_everyone_of_a_unit_with_the_role_is_told_once(world):
    add_person(world, "second_clerk", "A", Role.REPORTER)
    add_person(world, "gone", "A", Role.REPORTER, is_active=False)
    assert tell(world) == 2
    tell(world)
    told = Notice.objects.values_list("user__username", flat=True)
    assert sorted(told) == ["clerk", "second_clerk"]


def test_the_bell_counts_what_is_unread_without_a_query_of_its_own(
    world, client, django_assert_num_queries
):
    client.force_login(world.people["clerk"])
    address = reverse("organisations:password-change")
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    tell(world)
    tell(world, key="submission:2")
    with django_assert_num_queries(len(queries)):
        page = client.get(address)
    assert '<span class="mp-bell__count" aria-hidden="true">2</span>' in page.content.decode()


def test_a_notice_is_said_in_the_readers_language(world, client):
    tell(world)
    client.force_login(world.people["clerk"])
    assert "2022年第四季度" in client.get(reverse(LIST)).content.decode()
    client.cookies["django_language"] = "en"
    page = client.get(reverse(LIST)).content.decode()
    assert "“Quarterly form” for 2022 Q4 is open: report by 2023-01-28." in page


def test_opening_a_notice_marks_it_as_read_and_leads_on(world, client):
    tell(world)
    client.force_login(world.people["clerk"])
    notice = Notice.objects.get()
    answer = client.post(reverse("organisations:notice-open", args=[notice.pk]))
    assert (answer.status_code, answer.url) == (302, "/reporting/")
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_nobody_opens_the_notice_of_another(world, client):
    tell(world)
    client.force_login(world.people["reviewer"])
    address = reverse("organisations:notice-open", args=[Notice.objects.get().pk])
    assert client.post(address).status_code == 403


def test_all_are_marked_as_read_at_once_and_only_ones_own(world, client):
    tell(world)
    tell(world, unit=world.units["B"])
    client.force_login(world.people["clerk"])
    client.post(reverse("organisations:notices-read"))
    unread = Notice.objects.filter(read_at__isnull=True)
    assert [notice.user.username for notice in unread] == ["neighbour"]


def test_what_is_done_needs_no_reading(world):
    tell(world)
    tell(world, key="submission:2", url="/elsewhere/")
    assert settle(codes=["form.opened"], urls=["/reporting/"]) == 1


def test_one_digest_bundles_all_that_is_new(world):
    tell(world)
    tell(world, key="submission:2")
    assert send_digests(now=MONDAY).sent == 1
    (letter,) = mail.outbox
    assert letter.to == ["clerk@example.invalid"]
    assert letter.body.count("http://127.0.0.1:8000/reporting/") == 2
    assert "季报" in letter.body


def test_a_second_run_and_what_comes_later_that_day_send_no_second_digest(world):
    tell(world)
    send_digests(now=MONDAY)
    send_digests(now=MONDAY)
    tell(world, key="submission:2")
    assert send_digests(now=MONDAY).sent == 0
    assert send_digests(now=TUESDAY).sent == 1
    assert len(mail.outbox) == 2


def test_who_switched_the_mail_off_keeps_the_notice(world, client):
    client.force_login(world.people["clerk"])
    client.post(reverse("organisations:notices-mail"), {})
    tell(world)
    assert send_digests(now=MONDAY).sent == 0
    assert Notice.objects.filter(read_at__isnull=True).count() == 1
    assert AuditEvent.objects.filter(action="account.mail_chosen").exists()


def test_what_was_read_in_the_portal_is_not_mailed(world):
    tell(world)
    Notice.objects.update(read_at=timezone.now())
    assert send_digests(now=MONDAY).sent == 0


class Away(EmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError("nobody there")


def test_nothing_is_lost_while_the_mail_server_is_away(world, settings, caplog):
    tell(world)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    assert not send_digests(now=MONDAY).reached
    assert "tried again" in caplog.text
    assert Notice.objects.filter(mailed_at__isnull=True).count() == 1
    settings.EMAIL_BACKEND = working
    assert send_digests(now=MONDAY).sent == 1


class Picky(EmailBackend):
    def send_messages(self, messages):
        if "clerk@example.invalid" in messages[0].to:
            raise smtplib.SMTPRecipientsRefused({"clerk@example.invalid": (550, b"unknown")})
        return super().send_messages(messages)


def test_an_address_that_is_refused_keeps_nobody_else_from_their_digest(world, settings):
    tell(world)
    tell(world, unit=world.units["B"])
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    outcome = send_digests(now=MONDAY)
    assert (outcome.sent, outcome.refused) == (1, 1)
    assert Notice.objects.get(user=world.people["clerk"]).mailed_at is None


def test_without_a_mail_server_nothing_counts_as_sent(world, settings):
    settings.SENDS_MAIL = False
    tell(world)
    assert send_digests(now=MONDAY).sent == 0
    assert Notice.objects.get().mailed_at is None


def test_every_notice_that_is_written_has_its_sentence(world):
    assert all(sentence(code, {}) for code in codes())
