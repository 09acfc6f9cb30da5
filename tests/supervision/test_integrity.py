"""Runs towards the title: states that may not be skipped, publicity, dishonesty, lapse, pages."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from supervision.models import CriteriaSet, DishonestyRecord, IntegrityUnit
from supervision.rules.integrity import Days, Event, Terms, days_of, first_difference
from supervision.services.content_verify import wrong_runs
from supervision.services.criteria import enter_criteria, load_criteria
from supervision.services.dishonesty import repair, save_dishonesty
from supervision.services.integrity import lapse, move_run, open_run, score
from supervision.states import INTEGRITY, IntegrityState
from tests.supervision.counted import add_entity, day

TERMS = Terms(publicity_days=7, validity_months=36)


@pytest.fixture(autouse=True)
def criteria(db):
    load_criteria(Path())


@pytest.fixture
def move(world):
    def moved(unit, state, since, **more):
        order = {"state": state, "since": day(since)}
        return move_run(actor=world.people["staff"], unit=unit, **order, **more)

    return moved


def opened(world, unit="A", state="applied", since="2023-01-10", entity=None) -> IntegrityUnit:
    entity = entity or add_entity(world, unit, "market")
    return open_run(actor=world.people["staff"], entity=entity, state=state, since=day(since))


def scored(world, unit, points=1):
    """Every criterion at its full points, times `points`."""
    items = {item.pk: item.points * Decimal(points) for item in unit.criteria.items.all()}
    return score(actor=world.people["staff"], unit=unit, points=items, notes={})


def conferred(world, move, entity=None, start="2023-01-10") -> IntegrityUnit:
    unit = opened(world, entity=entity, since=start)
    unit = move(unit, "reviewing", "2023-02-01")
    scored(world, unit)
    unit = move(unit, "publicised", "2023-03-01")
    return move(unit, "conferred", "2023-03-08", certificate_no="CX001")


def refusal(call, *args, **more) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        call(*args, **more)
    return set(refused.value.message_dict)


@pytest.mark.parametrize(
    ("conferred_on", "last"),
    [("2023-03-08", "2026-03-07"), ("2024-02-29", "2027-02-27"), ("2021-03-01", "2024-02-29")],
)
def test_a_title_is_valid_to_the_day_before_its_anniversary(conferred_on, last):
    days = days_of([Event("conferred", day(conferred_on))], TERMS)
    assert days.valid_until == day(last)
    assert days.holds_on(day(conferred_on))
    assert days.holds_on(day(last))
    assert not days.holds_on(date.fromordinal(day(last).toordinal() + 1))
    assert not days.holds_on(date.fromordinal(day(conferred_on).toordinal() - 1))


def test_a_title_that_is_revoked_does_not_hold_from_that_day_on():
    events = [Event("conferred", day("2023-03-08")), Event("revoked", day("2024-05-01"))]
    days = days_of(events, TERMS)
    assert days.holds_on(day("2024-04-30"))
    assert not days.holds_on(day("2024-05-01"))
    assert first_difference(days_of(events[:1], TERMS), days) == day("2024-05-01")
    assert first_difference(Days(), Days()) is None


def test_a_run_goes_from_its_commitment_to_the_title(world, move):
    unit = opened(world, state="committed")
    assert (unit.number, unit.committed_on) == (
        f"CX-{world.units['A'].code}-0001",
        day("2023-01-10"),
    )
    unit = move(unit, "applied", "2023-01-20")
    assert unit.criteria == CriteriaSet.objects.get()
    unit = move(unit, "reviewing", "2023-02-01")
    assert scored(world, unit, "0.8") == 80
    unit = move(unit, "publicised", "2023-03-01")
    assert unit.publicised_until == day("2023-03-07")
    unit = move(unit, "conferred", "2023-03-08", certificate_no="CX001")
    assert (unit.conferred_on, unit.valid_until) == (day("2023-03-08"), day("2026-03-07"))
    assert [event.state for event in unit.events.order_by("id")] == [
        *("committed", "applied", "reviewing", "publicised", "conferred"),
    ]
    assert AuditEvent.objects.filter(action="integrity.moved").count() == 4
    assert not list(wrong_runs())


@pytest.mark.parametrize("state", IntegrityState.values)
def test_no_state_is_skipped(world, move, state):
    for start in ("committed", "applied"):
        unit = opened(world, state=start)
        if state not in INTEGRITY[start]:
            assert refusal(move, unit, state, "2023-02-01") == {"state"}


def test_the_title_is_not_conferred_before_the_publicity_is_over(world, move):
    unit = move(opened(world), "reviewing", "2023-02-01")
    scored(world, unit)
    unit = move(unit, "publicised", "2023-03-01")
    order = {"certificate_no": "CX001"}
    assert refusal(move, unit, "conferred", "2023-03-07", **order) == {"since"}
    assert refusal(move, unit, "conferred", "2023-03-08") == {"certificate_no"}
    assert move(unit, "conferred", "2023-03-08", **order).state == "conferred"


def test_an_evaluation_that_is_not_whole_or_not_passed_stops_the_run(world, move):
    unit = move(opened(world), "reviewing", "2023-02-01")
    assert refusal(move, unit, "publicised", "2023-03-01") == {"state"}
    assert scored(world, unit, "0.79") == 79
    assert refusal(move, unit, "publicised", "2023-03-01") == {"state"}
    assert move(unit, "refused", "2023-03-01", reason="未达标").ended_on == day("2023-03-01")


def test_points_beyond_their_criterion_or_out_of_the_evaluation_are_refused(world, move):
    unit = opened(world)
    first = unit.criteria.items.first()
    actor = world.people["staff"]
    order = {"actor": actor, "unit": unit, "notes": {}}
    assert refusal(score, points={first.pk: Decimal(1)}, **order) == {"points"}
    unit = move(unit, "reviewing", "2023-02-01")
    for points in (first.points + 1, Decimal(-1)):
        assert refusal(score, points={first.pk: points}, **order) == {f"points-{first.pk}"}


def test_days_that_go_back_or_lie_ahead_are_refused(world, move):
    unit = opened(world)
    assert refusal(move, unit, "reviewing", "2023-01-09") == {"since"}
    ahead = timezone.localdate().replace(year=timezone.localdate().year + 1, day=1)
    assert refusal(move, unit, "reviewing", ahead.isoformat()) == {"since"}
    assert refusal(move, unit, "withdrawn", "2023-02-01") == {"reason"}


def listed(world, entity, first="2023-01-01", last="2023-12-31", **more) -> DishonestyRecord:
    data = {
        "entity": entity,
        "organisation": world.units["A"],
        "ground": "使用作弊秤",
        "decision_no": "罚〔2023〕1号",
        "decided_on": day(first),
        "starts": day(first),
        "ends": day(last),
    } | more
    return save_dishonesty(actor=world.people["staff"], data=data)


def test_nobody_who_is_listed_as_dishonest_is_taken_on_or_honoured(world, move):
    entity = add_entity(world, "A")
    unit = move(opened(world, entity=entity), "reviewing", "2023-02-01")
    scored(world, unit)
    unit = move(unit, "publicised", "2023-03-01")
    record = listed(world, entity, "2023-03-05")
    order = {"certificate_no": "CX001"}
    assert refusal(move, unit, "conferred", "2023-03-08", **order) == {"state"}
    other = add_entity(world, "A")
    listed(world, other, decision_no="罚〔2023〕2号")
    assert refusal(opened, world, entity=other) == {"state"}
    assert opened(world, entity=other, state="committed")
    repaired = {"repaired_on": day("2023-04-01"), "document": "修复决定1号"}
    repair(actor=world.people["staff"], listed=record, **repaired)
    assert refusal(move, unit, "conferred", "2023-03-31", **order) == {"state"}
    assert move(unit, "conferred", "2023-04-01", **order).state == "conferred"


@pytest.mark.parametrize(
    ("since", "refused"),
    [("2023-03-09", False), ("2023-03-10", True), ("2023-03-20", True), ("2023-03-21", False)],
)
def test_no_title_is_conferred_from_the_first_day_of_a_record_to_its_last(
    world, move, since, refused
):
    unit = move(opened(world), "reviewing", "2023-02-01")
    scored(world, unit)
    unit = move(unit, "publicised", "2023-03-01")
    listed(world, unit.entity, "2023-03-10", "2023-03-20", decision_no="罚〔2023〕7号")
    order = {"certificate_no": "CX001"}
    if not refused:
        assert move(unit, "conferred", since, **order).state == "conferred"
        return
    with pytest.raises(ValidationError) as error:
        move(unit, "conferred", since, **order)
    (sentence,) = error.value.message_dict["state"]
    assert all(word in sentence for word in ("2023-03-10", "2023-03-20", "罚〔2023〕7号"))


def test_an_entity_has_one_open_run_and_one_title_at_a_time(world, move):
    unit = conferred(world, move)
    again = opened(world, entity=unit.entity, since="2023-03-09")
    assert refusal(opened, world, entity=unit.entity, since="2023-03-10") == {"entity"}
    again = move(again, "reviewing", "2023-03-09")
    scored(world, again)
    again = move(again, "publicised", "2023-03-10")
    order = {"certificate_no": "CX002"}
    assert refusal(move, again, "conferred", "2024-01-01", **order) == {"since"}
    move(unit, "withdrawn", "2024-01-01", reason="停业")
    assert move(again, "conferred", "2024-01-01", **order).state == "conferred"


def test_a_title_lapses_on_the_day_after_its_last_and_once(world, move):
    unit = conferred(world, move)
    assert lapse(today=day("2026-03-07")) == 0
    assert lapse(today=day("2026-04-01")) == 1
    assert lapse(today=day("2026-04-01")) == 0
    unit.refresh_from_db()
    assert (unit.state, unit.ended_on) == ("lapsed", day("2026-03-08"))
    assert not list(wrong_runs())


def test_a_change_made_meanwhile_is_seen_and_rights_are_asked(world, move):
    unit = opened(world)
    with pytest.raises(MetroplanError) as stale:
        move(unit, "reviewing", "2023-02-01", expected_version=unit.version - 1)
    assert stale.value.code == "register.changed"
    with pytest.raises(PermissionDenied):
        open_run(
            actor=world.people["leader"],
            entity=add_entity(world, "A"),
            state="applied",
            since=day("2023-01-01"),
        )


def test_criteria_hold_from_their_day_on_and_the_pass_mark_can_be_reached(world, move):
    data = {
        "title": "新细则",
        "effective_from": day("2024-01-01"),
        "pass_mark": Decimal(60),
        "validity_months": 24,
        "publicity_days": 5,
        "document": "",
    }
    order = {"actor": world.people["staff"], "items": [{"text": "一", "points": Decimal(59)}]}
    assert refusal(enter_criteria, data=data, **order) == {"pass_mark"}
    assert refusal(enter_criteria, data=data, actor=order["actor"], items=[]) == {"items"}
    order["items"].append({"text": "二", "points": Decimal(1)})
    new = enter_criteria(data=data, **order)
    assert opened(world, since="2023-12-31").criteria != new
    assert opened(world, since="2024-01-01").criteria == new


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts": day("2022-12-31")}, "__all__"),
        ({"ends": day("2022-12-31")}, "__all__"),
    ],
)
def test_a_record_starts_with_its_decision_and_ends_after_it_starts(world, change, field):
    entity = add_entity(world, "A")
    assert refusal(listed, world, entity, **change) == {field}


def test_a_record_is_not_repaired_before_it_starts_or_after_it_ends(world):
    record = listed(world, add_entity(world, "A"))
    order = {"actor": world.people["staff"], "listed": record, "document": "决定"}
    assert refusal(repair, repaired_on=day("2022-12-31"), **order) == {"repaired_on"}
    assert refusal(repair, repaired_on=day("2024-01-01"), **order) == {"repaired_on"}
    order["document"] = " "
    assert refusal(repair, repaired_on=day("2023-05-01"), **order) == {"repair_document"}


def test_an_entity_of_another_area_is_not_listed(world):
    assert refusal(listed, world, add_entity(world, "D")) == {"entity"}
