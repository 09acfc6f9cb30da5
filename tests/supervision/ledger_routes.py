"""The addresses of entities and instruments, for the tests that walk all addresses."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from supervision.models import Instrument, IntervalRule, Verification
from tests.supervision.counted import add_entity, add_instrument, add_kind, verify
from tests.world import World

ENTITY = ("entity-detail", "entity-edit", "entity-close")
INSTRUMENT = (
    *("instrument-detail", "instrument-edit", "instrument-verify", "instrument-out"),
    "instrument-back",
)
READING = (
    *("entity-list", "entity-export", "entity-options", "entity-detail", "instrument-list"),
    *("instrument-export", "instrument-detail", "verification-export", "due", "intervals"),
    *("rates", "rates-export"),
)
OPENING = ("entity-create", "entity-edit", "instrument-create", "instrument-edit")
SENDING = (
    *OPENING,
    *("entity-close", "instrument-verify", "instrument-out", "instrument-back"),
    *("verification-remove", "intervals"),
)
PUBLIC_ROUTES = {"public:instruments", "public:entity"}


@dataclass(frozen=True)
class InstrumentThings:
    """A market of one unit with an instrument that was verified."""

    instrument: Instrument
    verification: Verification

    def arguments(self) -> dict[str, list[Any]]:
        entity = self.instrument.entity
        pages = {f"supervision:{name}": [entity.pk] for name in ENTITY}
        pages |= {f"supervision:{name}": [self.instrument.pk] for name in INSTRUMENT}
        return pages | {
            "supervision:verification-remove": [self.verification.pk],
            "api:entity-detail": [entity.number],
            "api:instrument-detail": [self.instrument.number],
            "api:instrument-verifications": [self.instrument.number],
        }

    def public(self) -> dict[str, list[Any]]:
        """What anybody may read, wherever they stand."""
        return {"public:entity": [self.instrument.entity.number]}


def add_instruments(world: World, unit: str = "A", number: str = "1") -> InstrumentThings:
    entity = add_entity(world, unit, "market", number=f"EL-{number}")
    thing = add_instrument(
        entity, verified_on=date(2024, 1, 1), passed=True, valid_until=date(2024, 12, 31)
    )
    return InstrumentThings(thing, verify(thing, "2024-01-01", "2024-12-31"))


def grow_instruments(world: World, number: int) -> None:
    for at in range(number):
        add_instruments(world, f"X{at}", f"X{at}")
        IntervalRule.objects.create(
            kind=add_kind(f"kind-{at}"), months=12, effective_from=date(2000, 1, 1)
        )


def instruments_table(figures: list[int], only: Any) -> dict[tuple[str, str], list[int]]:
    """Rows of the table of rights, from the words that it is written with."""
    rows = {("get", f"supervision:{name}"): figures for name in READING}
    rows |= {("get", f"supervision:{name}"): only(200, "staff") for name in OPENING}
    rows |= {("post", f"supervision:{name}"): only(422, "staff") for name in SENDING}
    rows |= {("get", name): [200] * 7 for name in PUBLIC_ROUTES}
    for name in ("entity", "instrument"):
        rows |= {("get", f"api:{name}-{part}"): figures for part in ("list", "detail")}
        rows["post", f"api:{name}-list"] = only(400, "staff")
        rows["patch", f"api:{name}-detail"] = only(428, "staff")
    rows["post", "api:instrument-verifications"] = only(400, "staff")
    return rows
