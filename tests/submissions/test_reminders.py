"""Who is reminded of what, on which working day, and only once."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from metroplan.common.calendar import working_days_until
from metroplan.common.periods import Period
from metroplan.organisations.models import Notice, Role
from metroplan.submissions import notice_words as words
from metroplan.submissions import tasks
from metroplan.submissions.models import Submission
from metroplan.submissions.services.forms import USUAL_REMINDERS, set_reminders
from metroplan.submissions.services.opening import open_form
from metroplan.submissions.services.reminders import remind
from tests.submissions.quarter import opened, submitted
from tests.world import World, add_person

# Due on Saturday 28 January 2023, a working day before which the Spring Festival lies.
DUE = date(2023, 1, 28)
FIVE_BEFORE, DAY_BEFORE = date(2023, 1, 17), date(2023, 1, 20)
DAY_AFTER, FIVE_AFTER = date(2023, 1, 29), date(2023, 2, 2)


@pytest.fixture
def quarter(world: World) -> World:
    set_reminders(world.form, USUAL_REMINDERS)
    open_form(form=world.form, period=Period.parse("2022Q4"))
    Notice.objects.all().delete()
    return world


def told(code: str) -> list[str]:
    found = Notice.objects.filter(code=code).order_by("user__username")
    return [notice.user.username for notice in found]


@pytest.mark.parametrize(
    ("day", "days"),
    [(DUE, 0), (DAY_BEFORE, 1), (FIVE_BEFORE, 4), (DAY_AFTER, -1), (FIVE_AFTER, -5)],
)
def test_working_days_are_counted_by_the_chinese_calendar(day, days):
    assert working_days_until(day, DUE) == days


def test_units_are_told_so_many_working_days_before_and_after(quarter):
    assert remind(today=date(2023, 1, 10)) == 0
    remind(today=FIVE_BEFORE)
    assert told(words.DUE_SOON) == ["clerk", "neighbour"]
    remind(today=DAY_BEFORE)
    assert told(words.DUE_SOON) == ["clerk", "clerk", "neighbour", "neighbour"]
    remind(today=DAY_AFTER)
    assert told(words.OVERDUE) == ["clerk", "neighbour"]


def test_a_second_run_tells_nobody_again(quarter):
    remind(today=DAY_AFTER)
    remind(today=DAY_AFTER)
    remind(today=date(2023, 1, 30))
    assert told(words.OVERDUE) == ["clerk", "neighbour"]


def test_a_day_that_was_missed_is_made_up_for(quarter):
    remind(today=date(2023, 1, 19))
    assert told(words.DUE_SOON) == ["clerk", "neighbour"]


def test_who_has_handed_in_is_not_reminded(quarter):
    submitted(quarter, opened(quarter))
    remind(today=DAY_AFTER)
    assert told(words.OVERDUE) == ["neighbour"]


def test_reviewers_learn_how_many_below_them_are_late(quarter):
    remind(today=FIVE_AFTER)
    assert told(words.BELOW_OVERDUE) == ["city_reviewer", "other_city_reviewer", "reviewer"]
    counts = {
        notice.user.username: notice.params["count"]
        for notice in Notice.objects.filter(code=words.BELOW_OVERDUE)
    }
    assert counts == {"city_reviewer": 2, "other_city_reviewer": 1, "reviewer": 3}


def test_only_the_levels_that_review_are_told(quarter):
    quarter.form.review_levels = ["province"]
    quarter.form.save()
    remind(today=FIVE_AFTER)
    assert told(words.BELOW_OVERDUE) == ["reviewer"]


def test_the_owner_is_told_where_the_form_says_so(quarter):
    set_reminders(quarter.form, [(0, "owner")])
    remind(today=DUE)
    assert told(words.BELOW_DUE) == ["reviewer", "staff"]


def test_an_approved_form_that_is_corrected_has_no_deadline(quarter):
    Submission.objects.update(approved_version=1)
    assert remind(today=FIVE_AFTER) == 0


def test_opening_a_quarter_tells_those_who_fill_it(world):
    add_person(world, "zone_clerk", "D", Role.REPORTER)
    open_form(form=world.form, period=Period.parse("2022Q4"))
    assert told(words.OPENED) == ["clerk", "neighbour", "zone_clerk"]


def test_handing_in_settles_what_asked_for_it(world):
    submission = opened(world)
    submitted(world, submission)
    assert Notice.objects.get(user=world.people["clerk"]).read_at is not None
    assert Notice.objects.get(user=world.people["neighbour"]).read_at is None


@pytest.mark.parametrize(
    ("day", "hour", "letters"),
    [(FIVE_BEFORE, 8, 0), (FIVE_BEFORE, 9, 2), (date(2023, 1, 24), 9, 0)],
)
def test_people_are_told_from_half_past_eight_on_working_days(
    quarter, monkeypatch, day, hour, letters
):
    moment = datetime(day.year, day.month, day.day, hour, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert tasks.tell_people() == letters
    assert tasks.tell_people() == 0
    assert len(mail.outbox) == letters
