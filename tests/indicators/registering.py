"""A register for tests: it answers from a dict that a test may change, like entries would."""

from collections.abc import Iterator
from contextlib import contextmanager

from indicators import measures
from indicators.measures import About, Entry, Part
from indicators.rules import Figure
from indicators.services.counting_due import mark_due
from indicators.services.measure_sources import set_source
from indicators.services.registers import drain_registers
from metroplan.common.periods import Period
from tests.world import World

KEY = "tested"


class Register:
    """`held[unit]` are the days, as quarters, since which the unit holds an item."""

    def __init__(self) -> None:
        self.held: dict[int, list[str]] = {}
        self.asked: list[tuple[list[int], str]] = []

    def __call__(self, units, period: Period) -> dict[int, Figure]:
        self.asked.append((sorted(units), str(period)))
        return {unit: self._figure(unit, period) for unit in units}

    def _figure(self, unit: int, period: Period) -> Figure:
        number = sum(Period.parse(since) <= period for since in self.held.get(unit, ()))
        return Figure("value" if number else "zero", number)

    def entries(self, unit: int, period: Period, at_most: int | None) -> list[Part]:
        held = [since for since in self.held.get(unit, ()) if Period.parse(since) <= period]
        shown = [Entry(f"Item of {since}", f"Unit {unit}", "/somewhere/") for since in held]
        return [Part("", len(held), tuple(shown[:at_most]))] if held else []

    def hold(self, world: World, unit: str, *since: str) -> None:
        self.held[world.units[unit].pk] = list(since)

    def touch(self, world: World, unit: str, since: str, reason: str = "") -> None:
        units = [world.units[unit].pk]
        mark_due(keys=[KEY], units=units, since=Period.parse(since), reason=reason)


@contextmanager
def registered() -> Iterator[Register]:
    """It goes when the test ends."""
    made = Register()
    said = About("Tested register", "What tests put in.", "count", "stock", entries=made.entries)
    measures.register(KEY, made, said)
    yield made
    measures.unregister(KEY)


def switch(world: World, since: str | None = "2022Q1", measure: str = "standards", key: str = KEY):
    made = set_source(
        measure=world.measures[measure],
        key=key,
        since=Period.parse(since) if since else None,
        document="局〔2022〕1号",
        reason="登记簿已核对",
        actor=world.people["staff"],
    )
    drain_registers()
    world.measures[measure] = made
    return made
