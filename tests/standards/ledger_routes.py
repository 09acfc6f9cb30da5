"""The addresses of the ledger and of the registers' API, for the tests that walk all addresses."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from metroplan.submissions.services.files import store_file
from standards.models import LedgerEntry, LedgerEvidence
from tests.world import World

ENTRY = ("ledger-detail", "ledger-change", "ledger-state", "ledger-evidence")
EVIDENCE = ("ledger-evidence-file", "ledger-evidence-remove")


@dataclass(frozen=True)
class LedgerThings:
    """An entry of one unit with a file."""

    entry: LedgerEntry
    evidence: LedgerEvidence

    def arguments(self) -> dict[str, list[Any]]:
        pages = {f"standards:{name}": [self.entry.pk] for name in ENTRY}
        files = {f"standards:{name}": [self.evidence.pk] for name in EVIDENCE}
        return pages | files | {"api:ledger-detail": [self.entry.number]}


def add_ledger(world: World, unit: str = "A", number: str = "LD-1") -> LedgerThings:
    entry = LedgerEntry.objects.create(
        number=number,
        kind="research",
        level="city",
        title="课题",
        organisation=world.units[unit],
        counts_from=date(2022, 1, 1),
    )
    entry.states.create(state="done", since=date(2022, 1, 1))
    file = store_file(name="paper.txt", content=b"paper", actor=None)
    return LedgerThings(entry, entry.evidence.create(file=file))


def grow_ledger(world: World, number: int) -> None:
    for at in range(number):
        add_ledger(world, f"X{at}", f"LD-X{at}")


def ledger_table(figures: list[int], only: Any) -> dict[tuple[str, str], list[int]]:
    """Rows of the table of rights, from the words that it is written with."""
    reading = ("ledger-list", "ledger-export", "ledger-detail", "ledger-evidence-file")
    opening = ("ledger-create", "ledger-change")
    rows = {("get", f"standards:{name}"): figures for name in reading}
    rows |= {("get", f"standards:{name}"): only(200, "staff") for name in opening}
    sending = (*opening, "ledger-state", "ledger-evidence")
    rows |= {("post", f"standards:{name}"): only(422, "staff") for name in sending}
    rows["post", "standards:ledger-evidence-remove"] = only(302, "staff")
    api = ("institute", "standard", "ledger")
    rows |= {("get", f"api:{name}-list"): figures for name in api}
    rows["put", "api:standard-detail"] = only(428, "staff")
    return rows | {("get", f"api:{name}-detail"): figures for name in api}
