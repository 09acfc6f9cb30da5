"""What a form's figures would change is told before anything is stored."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.selectors.effects import figure_effects
from indicators.services.recompute import drain, recompute_all
from tests.indicators.test_what_if import everything
from tests.submissions.quarter import (
    QUARTER,
    approved,
    filled,
    more_counties,
    opened,
    page,
    submitted,
    text,
    uploaded,
)
from tests.world import World, report


@pytest.fixture
def staged(world: World):
    """B reported 20 standards; A reports 30 beside them."""
    report(world, "standards", "B", QUARTER, 20)
    submission = opened(world)
    recompute_all()
    uploaded(world, submission, filled({"standards": "30", "rate": ("9", "10")}))
    return submission


def lines(world: World, submission, person: str) -> dict:
    found = figure_effects(submission, world.people[person])
    return {(effect.indicator, effect.organisation.name): effect for effect in found}


def test_totals_of_the_unit_and_those_above_are_told_then_and_now(world, staged):
    found = lines(world, staged, "leader")
    named = world.indicators["standards"].name
    city = found[named, world.units["C1"].name]
    assert (city.before.figure, city.after.figure) == ("20 项", "50 项")
    assert (city.before.reported, city.after.reported, city.after.expected) == (1, 2, 2)
    province = found[named, world.units["P"].name]
    assert (province.after.figure, province.after.expected) == ("50 项", 3)
    assert province.before.status and province.after.status
    order = [effect.organisation.code for effect in figure_effects(staged, world.people["leader"])]
    assert order[:3] == [world.units[key].code for key in ("A", "C1", "P")]


def test_a_reader_sees_no_unit_above_their_own(world, staged):
    assert {unit for _name, unit in lines(world, staged, "clerk")} == {world.units["A"].name}
    city = {unit for _name, unit in lines(world, staged, "city_reviewer")}
    assert city == {world.units["A"].name, world.units["C1"].name}


def test_nothing_is_stored(world, staged):
    before = everything()
    assert lines(world, staged, "leader")
    assert everything() == before


def test_it_comes_as_it_was_told(world, staged):
    told = lines(world, staged, "leader")
    submission = submitted(world, staged)
    for person in ("city_reviewer", "reviewer"):
        submission = approved(world, submission, person)
    drain()
    assert figure_effects(submission, world.people["leader"]) == []
    report(world, "standards", "A", QUARTER, 1)
    recompute_all()
    again = lines(world, submission, "leader")
    for key, effect in told.items():
        if key[0] == world.indicators["standards"].name:
            assert again[key].after == effect.after


def test_the_page_shows_it_and_htmx_gets_the_table_alone(world, staged, client):
    client.force_login(world.people["clerk"])
    address = page("submission-effects", staged)
    assert "30 项" in text(client.get(address))
    part = text(client.get(address, headers={"hx-request": "true"}))
    assert "30 项" in part
    assert "<html" not in part
    assert address in text(client.get(page("submission-detail", staged)))


def test_as_many_queries_for_many_counties_as_for_few(world):
    submission = opened(world)
    uploaded(world, submission)
    more_counties(world, 20)
    recompute_all()
    counts = []
    for number in (2, 20):
        for index in range(number):
            report(world, "standards", f"X{index}", QUARTER, index)
        drain()
        figure_effects(submission, world.people["leader"])
        with CaptureQueriesContext(connection) as queries:
            assert figure_effects(submission, world.people["leader"])
        counts.append(len(queries))
    assert counts[0] == counts[1]
