"""Figures that a register counts: written where they differ, kept apart from what is reported."""

from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicators.models import DirtyMark, Observation, RegisterDue, RollUp
from indicators.services import registers
from indicators.services.marking import mark_asked
from indicators.services.quarters import begin_quarter
from indicators.services.recompute import drain
from indicators.services.registers import begin_counting, drain_registers
from indicators.services.verify import wrong_counts
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period, newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.submissions.models import FormUnit
from tests.indicators.registering import switch
from tests.world import World, add_measure, current, report

NEWEST = newest_closed(timezone.localdate())


def stands(world: World, unit: str, period: str, measure: str = "standards"):
    found = current(world.measures[measure], world.units[unit], period)
    return None if found is None else (found.value, found.revision)


def rolled_up(world: World, unit: str, period: str) -> RollUp:
    drain()
    return RollUp.objects.get(
        series__measure=world.measures["standards"],
        organisation=world.units[unit],
        period=Period.parse(period),
    )


def test_from_the_quarter_on_the_register_is_the_source(world, register):
    report(world, "standards", "A", "2021Q4", 3)
    report(world, "standards", "A", "2022Q1", 4)
    register.hold(world, "A", "2020Q1", "2022Q2")
    switch(world)
    assert stands(world, "A", "2021Q4") == (3, 1)
    assert stands(world, "A", "2022Q1") == (1, 2)
    assert stands(world, "A", "2022Q2") == (2, 1)
    assert stands(world, "A", str(NEWEST)) == (2, 1)
    assert stands(world, "A", str(NEWEST + 1)) is None


def test_who_is_asked_gets_a_zero_and_the_total_is_covered(world, register):
    register.hold(world, "A", "2022Q1")
    switch(world)
    assert stands(world, "B", "2022Q1") == (0, 1)
    assert current(world.measures["standards"], world.units["B"], "2022Q1").state == "zero"
    total = rolled_up(world, "P", "2022Q1")
    assert (total.value, total.reported, total.expected) == (1, 3, 3)


def test_a_figure_names_its_count_and_the_reason_where_it_replaced_another(world, register):
    report(world, "standards", "A", "2022Q1", 1)
    register.hold(world, "A", "2022Q1")
    switch(world)
    found = current(world.measures["standards"], world.units["A"], "2022Q1")
    assert found.revision == 2
    assert found.register_count.key == "tested"
    assert "登记簿已核对" in found.register_count.reason


def test_counting_twice_changes_nothing(world, register):
    register.hold(world, "A", "2022Q1")
    switch(world)
    before = list(Observation.objects.values_list("pk", flat=True))
    drain()
    register.touch(world, "A", "2022Q1", "again")
    assert drain_registers() == 1
    assert list(Observation.objects.values_list("pk", flat=True)) == before
    assert not DirtyMark.objects.exists()
    assert drain_registers() == 0


def test_a_retroactive_change_counts_past_quarters_anew_and_says_why(world, register):
    register.hold(world, "A", "2021Q1", "2022Q1")
    switch(world)
    register.hold(world, "A", "2021Q1")
    register.touch(world, "A", "2022Q2", "证书自2022年4月起撤销")
    drain_registers()
    assert stands(world, "A", "2022Q1") == (2, 1)
    found = current(world.measures["standards"], world.units["A"], "2022Q2")
    assert (found.value, found.revision) == (1, 2)
    assert found.register_count.reason == "证书自2022年4月起撤销"
    assert stands(world, "B", "2022Q2") == (0, 1)


def test_quarters_before_the_switch_are_never_counted(world, register):
    report(world, "standards", "A", "2021Q4", 9)
    switch(world)
    register.hold(world, "A", "2020Q1")
    register.touch(world, "A", "2020Q1")
    drain_registers()
    assert stands(world, "A", "2021Q4") == (9, 1)
    assert stands(world, "A", "2022Q1") == (1, 2)


def test_a_measure_counted_always_begins_with_its_plans(world, register):
    register.hold(world, "A", "2019Q1")
    switch(world, None)
    assert stands(world, "A", "2020Q4") is None
    assert stands(world, "A", "2021Q1") == (1, 1)


def test_what_no_plan_asks_for_keeps_the_quarter_it_began_with(world, register, monkeypatch):
    add_measure(world, "other")
    switch(world, None, measure="other")
    assert stands(world, "A", str(NEWEST - 1), "other") is None
    assert stands(world, "A", str(NEWEST), "other") == (0, 1)
    monkeypatch.setattr(registers, "newest_closed", lambda today: NEWEST + 1)
    assert begin_counting(newest=NEWEST + 1) == 1
    drain_registers()
    register.hold(world, "A", str(NEWEST))
    assert len(list(wrong_counts())) == 2
    register.touch(world, "A", str(NEWEST))
    drain_registers()
    assert stands(world, "A", str(NEWEST), "other") == (1, 2)
    assert not list(wrong_counts())


def test_a_touch_of_a_register_that_counts_nothing_is_worked_off(world, register):
    register.touch(world, "A", "2022Q1")
    assert drain_registers() == 1
    assert not RegisterDue.objects.exists()
    assert not Observation.objects.exists()


def test_a_quarter_that_ends_is_counted_without_anybody_writing(world, register):
    register.hold(world, "A", "2022Q1")
    switch(world)
    counted = Observation.objects.filter(period=NEWEST)
    counted.delete()
    assert begin_counting(newest=NEWEST) == 1
    drain_registers()
    assert stands(world, "A", str(NEWEST)) == (1, 1)
    assert begin_counting(newest=NEWEST) == 0


def test_the_hourly_task_counts_a_new_quarter_once(world, register):
    switch(world)
    begin_quarter(today=timezone.localdate())
    drain_registers()
    drain()
    begin_quarter(today=timezone.localdate())
    assert not RegisterDue.objects.exists()


def test_counting_asks_no_more_often_for_many_units(world, register):
    switch(world, str(NEWEST))
    register.touch(world, "A", str(NEWEST))
    with CaptureQueriesContext(
        connection,
    ) as one:
        drain_registers()
    for unit in ("A", "B", "D"):
        register.touch(world, unit, str(NEWEST))
    with CaptureQueriesContext(connection) as many:
        drain_registers()
    assert len(many) == len(one)


def test_back_to_reports_the_counted_figures_stand(world, register):
    register.hold(world, "A", "2022Q1")
    switch(world)
    switch(world, None, key="")
    assert world.measures["standards"].source == "reported"
    assert world.measures["standards"].counted_since is None
    assert stands(world, "A", "2022Q1") == (1, 1)
    register.hold(world, "A", "2021Q1", "2022Q1")
    register.touch(world, "A", "2022Q1")
    drain_registers()
    assert stands(world, "A", "2022Q1") == (1, 1)


def test_the_switch_is_in_the_log(world, register):
    switch(world)
    event = AuditEvent.objects.filter(action="measure.source_changed").get()
    assert event.data["before"] == {"source": "reported", "counted_since": ""}
    assert event.data["after"] == {"source": "register:tested", "counted_since": "2022Q1"}


@pytest.mark.parametrize(("key", "code"), [("tested", "source.no_change"), ("no", "source.unfit")])
def test_a_switch_to_nothing_else_or_to_nothing_there_is_refused(world, register, key, code):
    switch(world)
    with pytest.raises(MetroplanError) as refused:
        switch(world, key=key)
    assert refused.value.code == code


def test_a_register_of_another_kind_is_refused(world, register):
    with pytest.raises(MetroplanError) as refused:
        switch(world, measure="rate")
    assert refused.value.code == "source.unfit"


def test_verify_tells_a_register_that_moved_on(world, register):
    register.hold(world, "A", "2022Q1")
    switch(world)
    assert list(wrong_counts()) == []
    register.hold(world, "A", "2021Q1", "2022Q1")
    found = list(wrong_counts())
    assert len(found) == NEWEST.index - Period.parse("2022Q1").index + 1
    assert (found[0].stored, found[0].computed) == ("1", "2")


def test_what_nobody_is_asked_is_counted_where_there_is_something(world, register):
    world.form.form_measures.all().delete()
    register.hold(world, "A", "2022Q1")
    register.hold(world, "C1", "2022Q1")
    switch(world)
    assert stands(world, "A", "2022Q1") == (1, 1)
    assert stands(world, "C1", "2022Q1") == (1, 1)
    assert stands(world, "B", "2022Q1") is None
    register.hold(world, "A")
    register.touch(world, "A", "2022Q1", "gone")
    drain_registers()
    assert stands(world, "A", "2022Q1") == (0, 2)


def test_the_sum_of_those_asked(world, register):
    register.hold(world, "C1", "2022Q1")
    switch(world)
    assert stands(world, "C1", "2022Q1") is None
    assert D(rolled_up(world, "C1", "2022Q1").value) == 0


def test_a_worker_that_dies_leaves_the_work_behind(world, register, monkeypatch):
    switch(world)
    register.hold(world, "A", "2022Q1")
    register.touch(world, "A", "2022Q1")

    def die(*args, **more):
        raise RuntimeError("killed")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(registers, "write_figures", die)
        drain_registers()
    assert RegisterDue.objects.count() == 1
    assert stands(world, "A", "2022Q1") == (0, 1)
    drain_registers()
    assert stands(world, "A", "2022Q1") == (1, 2)


def test_a_form_that_asks_more_units_has_them_counted(world, register):
    register.hold(world, "C1", "2022Q1")
    switch(world)
    world.form.owner_fills = True
    world.form.save()
    FormUnit.objects.create(form=world.form, organisation=world.units["C1"], fills=True)
    mark_asked(measures=[world.measures["standards"]])
    drain_registers()
    assert stands(world, "C1", "2022Q1") == (1, 1)
    assert stands(world, "P", "2022Q1") == (0, 1)
