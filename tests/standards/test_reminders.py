"""Certificates that lapse are told of months ahead, each step once, and made up for."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from metroplan.organisations.models import Notice
from metroplan.organisations.notices import sentence
from standards import tasks
from standards.models import ExpiryReminder
from standards.rules.expiry import step_due
from standards.services.examination_rules import load_examination_rules
from standards.services.examinations import apply_for
from standards.services.life import add_certificate, move_standard
from standards.services.reminders import remind
from tests.standards.register import day, institute, saved
from tests.world import add_person

STEPS = [12, 9, 6, 3, 1]


@pytest.fixture(autouse=True)
def rules(db, tmp_path):
    load_examination_rules(tmp_path)


@pytest.fixture
def standard(world):
    add_person(world, "city_staff", "C1", "staff")
    standard = saved(world, holder_kind="department")
    certify(standard, "E-1", "2020-03-01", "2024-08-31")
    return standard


def certify(standard, number, first, last):
    add_certificate(
        actor=None,
        standard=standard,
        kind="examination",
        number=number,
        valid_from=day(first),
        valid_until=day(last),
    )


def told() -> list[tuple[str, int]]:
    months = dict(ExpiryReminder.objects.values_list("months", "pk"))
    return sorted((notice.user.username, len(months)) for notice in Notice.objects.all())


@pytest.mark.parametrize(
    ("today", "step"),
    [
        ("2023-08-30", None),
        ("2023-08-31", 12),
        ("2024-02-28", 9),
        ("2024-02-29", 6),
        ("2024-07-30", 3),
        ("2024-07-31", 1),
        ("2024-08-31", 1),
        ("2024-09-01", None),
    ],
)
def test_a_step_is_due_from_its_day_until_the_next(today, step):
    assert step_due(day("2024-08-31"), STEPS, day(today)) == step


def test_the_staff_of_the_holders_unit_are_told_once(world, standard):
    assert remind(today=day("2023-08-30")) == 0
    assert remind(today=day("2023-08-31")) == 1
    assert remind(today=day("2023-08-31")) == remind(today=day("2023-10-01")) == 0
    notice = Notice.objects.get()
    assert notice.user.username == "city_staff"
    assert notice.url == f"/standards/{standard.pk}/"
    assert "2024-08-31" in sentence(notice.code, notice.params)


def test_a_run_that_was_missed_is_made_up_for_with_the_last_step_alone(world, standard):
    assert remind(today=day("2024-03-15")) == 1
    assert list(ExpiryReminder.objects.values_list("months", flat=True)) == [6]
    assert remind(today=day("2024-05-31")) == 1
    assert Notice.objects.count() == 2


def test_where_the_unit_has_no_staff_the_next_above_is_told(world):
    standard = saved(world, institute(world, "A"), holder_kind="department")
    certify(standard, "E-1", "2020-03-01", "2024-08-31")
    remind(today=day("2024-03-15"))
    assert Notice.objects.get().user == world.people["staff"]


def test_nothing_is_told_of_what_goes_on_anyway_or_is_not_in_use(world, standard):
    certify(standard, "E-2", "2024-03-01", "2029-02-28")
    assert remind(today=day("2024-05-31")) == 0
    other = saved(world, standard.institute, holder_kind="department")
    certify(other, "E-3", "2020-03-01", "2024-08-31")
    move_standard(actor=None, standard=other, to="sealed", since=day("2023-01-01"), reason="停用")
    third = saved(world, standard.institute, holder_kind="department")
    certify(third, "E-4", "2020-03-01", "2024-08-31")
    apply_for(actor=None, standard=third, kind="again", applied_on=day("2024-02-01"))
    assert remind(today=day("2024-05-31")) == 0


def test_the_task_runs_on_working_days_from_eight(world, standard, monkeypatch):
    moment = {"now": datetime(2024, 3, 15, 7, 59)}
    monkeypatch.setattr(timezone, "localtime", lambda *args: moment["now"])
    assert tasks.remind_expiries() == 0
    moment["now"] = datetime(2024, 3, 16, 9, 0)
    assert tasks.remind_expiries() == 0
    moment["now"] = datetime(2024, 3, 18, 9, 0)
    assert tasks.remind_expiries() == 1
    assert Notice.objects.get().day == date(2024, 3, 18)
