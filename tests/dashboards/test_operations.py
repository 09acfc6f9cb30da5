"""The page for those who keep the portal running, and the nightly check behind it."""

from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from indicators.models import CheckRun, DirtyMark, RollUp
from indicators.services.recompute import drain
from indicators.services.verify import Difference
from indicators.tasks import verify_everything
from tests.world import World, make_world, report

PAGE = "/operations/"


@pytest.fixture
def page(client, world):
    def get():
        client.force_login(world.people["system_admin"])
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client.get(PAGE)

    return get


def found(number: int) -> list[Difference]:
    return [Difference("roll-up", f"1 2 {index}", "(17)", "(18)") for index in range(number)]


def test_the_page_says_what_waits_and_since_when(page, world):
    report(world, "standards", "A", "2022Q4", 3)
    DirtyMark.objects.update(marked_at=timezone.now() - timedelta(hours=2))
    state = page().context["state"]
    assert state.marks == DirtyMark.objects.count() > 0
    assert state.marks_late
    drain()
    response = page()
    state = response.context["state"]
    assert (state.marks, state.oldest_mark, state.marks_late) == (0, None, False)
    assert settings.VERSION in response.content.decode()


def test_the_broker_is_asked(page, monkeypatch, settings):
    assert page().context["state"].broker

    def away(*args, **kwargs):
        raise OperationalError("no broker")

    monkeypatch.setattr("kombu.connection.Connection.ensure_connection", away)
    response = page()
    assert not response.context["state"].broker
    assert "Does not answer" in response.content.decode()


def test_a_check_keeps_its_first_hundred_places_without_figures(monkeypatch, page):
    monkeypatch.setattr("indicators.services.checking.verify", lambda: found(250))
    assert verify_everything() == 250
    run = CheckRun.objects.get()
    assert (run.differences, len(run.lines), run.lines[0]) == (250, 100, "roll-up 1 2 0")
    assert run.finished_at >= run.started_at
    html = page().content.decode()
    assert "250 differences" in html and "roll-up 1 2 99" in html
    assert "(17)" not in html


def test_a_check_that_died_is_shown_as_one_that_never_ended(monkeypatch, page):
    def die():
        raise RuntimeError("out of memory")

    monkeypatch.setattr("indicators.services.checking.verify", die)
    with pytest.raises(RuntimeError):
        verify_everything()
    assert CheckRun.objects.get().finished_at is None
    state = page().context["state"]
    assert state.checked is None and state.check_late
    assert "not finished" in page().content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_command_keeps_its_run(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    world = make_world()
    with transaction.atomic():
        report(world, "standards", "A", "2022Q4", 10)
    drain()
    call_command("verify")
    assert CheckRun.objects.get().differences == 0
    RollUp.objects.filter(organisation=world.units["P"]).update(reported=99)
    with pytest.raises(SystemExit):
        call_command("verify")
    newest = CheckRun.objects.first()
    assert newest.differences == len(newest.lines) > 0


def test_the_check_runs_every_night_after_the_recompute():
    entry = settings.CELERY_BEAT_SCHEDULE["nightly-verify"]
    assert entry["schedule"] == crontab(hour=3, minute=30)
    assert entry["task"] == verify_everything.name


@pytest.mark.parametrize("person", ["leader", "auditor", "security_admin", "clerk"])
def test_others_do_not_see_it(client, world: World, person):
    client.force_login(world.people[person])
    assert client.get(PAGE).status_code == 403
