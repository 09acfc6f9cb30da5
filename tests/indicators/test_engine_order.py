"""The order in which units are summed: one for all quarters, or none."""

from datetime import date
from graphlib import CycleError

import pytest
from django.db import connection

from indicators.engine.scope import create_tables, spread_upwards
from indicators.models import RollUp
from indicators.services.recompute import drain, recompute_all
from metroplan.organisations.models import OrganisationAncestry, OrganisationLink
from metroplan.organisations.services.tree import rebuild_ancestry
from tests.world import World, report


def by_name(world: World) -> dict[str, int]:
    """Unit → its height when a figure of every unit is dirty."""
    names = {unit.pk: name for name, unit in world.units.items()}
    create_tables()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dirty SELECT %s, unnest(%s::bigint[]), 8000",
            [world.measures["standards"].pk, list(names)],
        )
        spread_upwards()
        cursor.execute("SELECT organisation_id, height FROM affected")
        return {names[pk]: height for pk, height in cursor.fetchall()}


def test_leaves_come_first_and_the_province_last(world):
    assert by_name(world) == {"A": 0, "B": 0, "D": 0, "C1": 1, "C2": 1, "P": 2}


def test_a_unit_stands_as_high_as_it_ever_stood(world):
    """D was under the county B once: B is no leaf, whatever it is now."""
    units, turn = world.units, date(2022, 1, 1)
    units["D"].parent_links.update(parent=units["B"], valid_to=turn)
    OrganisationLink.objects.create(child=units["D"], parent=units["C2"], valid_from=turn)
    rebuild_ancestry()
    found = by_name(world)
    assert (found["D"], found["B"], found["C1"], found["C2"], found["P"]) == (0, 1, 2, 1, 3)
    for period, value in (("2021Q4", 7), ("2022Q4", 9)):
        report(world, "standards", "D", period, value)
    drain()
    recompute_all()
    rows = RollUp.objects.filter(series__measure=world.measures["standards"])
    at = {(row.organisation_id, str(row.period)): row.value for row in rows}
    assert at[units["C1"].pk, "2021Q4"] == 7
    assert at[units["C2"].pk, "2022Q4"] == 9
    assert (at[units["P"].pk, "2021Q4"], at[units["P"].pk, "2022Q4"]) == (7, 9)


def test_a_circle_over_time_that_got_past_every_check_stops_the_engine(world):
    units = world.units
    quarter = {"depth": 1, "since": 8000, "until": 8004}
    OrganisationAncestry.objects.create(ancestor=units["A"], descendant=units["C1"], **quarter)
    with pytest.raises(CycleError):
        by_name(world)
