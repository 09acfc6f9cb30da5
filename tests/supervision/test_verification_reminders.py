"""Once a month the staff are told of what is due and overdue in their area."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from metroplan.organisations.models import Notice
from metroplan.organisations.notices import sentence
from supervision import tasks
from supervision.services.reminders import remind
from tests.supervision.ledger import instrument, verified
from tests.world import add_person

TODAY = date(2024, 6, 3)


@pytest.fixture
def ledger(world):
    for unit in ("A", "B", "D"):
        verified(world, instrument(world, unit=unit), "2023-06-20")
        verified(world, instrument(world, unit=unit), "2023-01-01")
    add_person(world, "city_staff", "C1", "staff")
    return world


def told() -> dict[str, tuple[int, int]]:
    return {
        notice.user.username: (notice.params["due"], notice.params["overdue"])
        for notice in Notice.objects.all()
    }


def test_the_nearest_staff_above_are_told_of_their_units(ledger):
    assert remind(today=TODAY) == 2
    assert told() == {"city_staff": (2, 2), "staff": (1, 1)}
    notice = Notice.objects.first()
    assert "30" in sentence(notice.code, notice.params)
    assert notice.url == "/supervision/instruments/due/"


def test_nobody_is_told_twice_in_a_month(ledger):
    remind(today=TODAY)
    remind(today=date(2024, 6, 28))
    assert Notice.objects.count() == 2
    remind(today=date(2024, 7, 1))
    assert Notice.objects.count() == 4


def test_where_nothing_is_due_nobody_is_told(world):
    verified(world, instrument(world), "2024-05-01")
    assert remind(today=TODAY) == 0


def test_the_task_runs_on_working_days_from_eight(ledger, monkeypatch):
    moment = {"now": datetime(2024, 6, 3, 7, 59)}
    monkeypatch.setattr(timezone, "localtime", lambda *args: moment["now"])
    assert tasks.remind_verifications() == 0
    moment["now"] = datetime(2024, 6, 1, 9, 0)
    assert tasks.remind_verifications() == 0
    moment["now"] = datetime(2024, 6, 3, 8, 0)
    assert tasks.remind_verifications() == 2
