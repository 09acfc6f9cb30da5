"""The test world with figures in it, for the selectors and pages of figures."""

from collections.abc import Iterable

from indicators.services.recompute import recompute_all
from metroplan.common.periods import Period
from metroplan.organisations.models import Level
from tests.world import World, add_target, add_unit, report, settle

QUARTER = Period.parse("2022Q4")
PAGE = "/plans/test-plan/indicators/{}/"


def figured(world: World) -> World:
    """A and B under C1, D under C2: standards 12 + 8 + 10 = 30 at 2022Q4; D owes its rate."""
    for unit, values in {"A": (4, 12), "B": (3, 8), "D": (5, 10)}.items():
        report(world, "standards", unit, "2021Q4", values[0])
        report(world, "standards", unit, "2022Q4", values[1])
    report(world, "rate", "A", "2022Q4", (9, 10))
    report(world, "rate", "B", "2022Q4", (1, 90))
    add_target(world, "standards", "C1", 2025, 50)
    recompute_all()
    return world


def with_counties(world: World, number: int) -> World:
    """As many counties under C1 as asked for, only every other one reports its rate."""
    names = [f"N{i}" for i in range(number - 2)]
    for name in names:
        add_unit(world, name, Level.COUNTY, "C1")
    settle(world)
    fill(world, ["A", "B", *names])
    recompute_all()
    return world


def fill(world: World, units: Iterable[str]) -> None:
    for place, unit in enumerate(units):
        report(world, "standards", unit, "2022Q4", 1 + place)
        report(world, "units", unit, "2022Q4", 2)
        if place % 2:
            report(world, "rate", unit, "2022Q4", (8, 10))
