"""Large files of entities, instruments and verifications: one line for each, as exported."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from metroplan.common.register_files import RegisterColumns
from metroplan.organisations.models import Organisation, User
from metroplan.submissions.bulk.registry import Column, Difference, Preview, Tally
from metroplan.submissions.models import BulkImport
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import Issue
from standards.bulk.columns import READ_AGAIN, columns_of
from supervision.bulk.readers import (
    EntityReader,
    InstrumentReader,
    LedgerReader,
    VerificationReader,
)
from supervision.columns.ledgers import ENTITY, INSTRUMENT, VERIFICATION
from supervision.services import bulk_entities, bulk_instruments, bulk_verifications
from supervision.services.bulk_ledgers import Ledger, doubled


class BulkKind:
    """One kind of large file; the kinds below say what is theirs."""

    upload_right = "supervision.keep"
    apply_right = "bulk.approve"
    key: str
    register: RegisterColumns
    ledger: Ledger
    reader: type[LedgerReader]

    @property
    def advice(self) -> str:
        return str(READ_AGAIN)

    @property
    def columns(self) -> tuple[Column, ...]:
        of = self.register
        return columns_of(of.headings, of.required, of.derived, of.choices)

    @property
    def table(self) -> dict[str, str]:
        return self.ledger.table

    def begin(self, actor: User | None) -> LedgerReader:
        return self.reader(actor)

    def prepare(self, table: str) -> dict[str, Any]:
        return self.ledger.prepare(table)

    def apply(self, table: str, job: BulkImport, preview: dict[str, Any]) -> int:
        return self.ledger.apply(table, job, preview)

    def show(self, preview: dict[str, Any]) -> Preview:
        """From what `prepare` kept; asks for the names it mentions."""
        if not preview:
            return Preview(0, 0, 0)
        units = Organisation.objects.in_bulk([key for key, *_counts in preview["units"]])
        tallies = tuple(
            Tally(str(units[key].name), units[key].code, *counts)
            for key, *counts in preview["units"]
            if key in units
        )
        return Preview(
            added=preview["added"],
            changed=preview["changed"],
            same=preview["same"],
            tables=((_("By unit"), tallies, 0),),
            differences=tuple(self._difference(units, *line) for line in preview["lines"]),
        )

    def _difference(
        self, units: dict[int, Organisation], row: int, title: str, unit: int, old: Any, new: Any
    ) -> Difference:
        where = str(units[unit].name) if unit in units else ""
        return Difference(row, title, where, "", self._facts(old), self._facts(new))

    def _facts(self, facts: dict[str, Any] | None) -> str:
        """Headings and words instead of columns and codes; what is named by key is left out."""
        said = []
        for name, value in (facts or {}).items():
            if name in self.register.headings and value not in ("", None):
                word = dict(self.register.choices.get(name, ())).get(value, value)
                said.append(f"{self.register.headings[name]}: {word}")
        return "; ".join(said)


def _issue(code: str, row: int, columns: dict[str, int], column: str, /, **params: Any) -> Issue:
    place = columns.get(column)
    letter = column_letter(place) if place is not None else ""
    return Issue(code, row=row, column=letter, params=params)


def _twice(table: str, columns: dict[str, int], keys: Mapping[str, str]) -> Iterator[Issue]:
    """`keys` map a column to the SQL of the key that must not stand twice."""
    for name, key in keys.items():
        for row, value, first in doubled(table, key):
            yield _issue("import.doubled", row, columns, name, value=value, first=first)


class BulkEntities(BulkKind):
    key = "entities"
    register, ledger, reader = ENTITY, bulk_entities.LEDGER, EntityReader

    @property
    def title(self) -> str:
        return _("Entities")

    def check(self, table: str, columns: dict[str, int]) -> Iterator[Issue]:
        yield from _twice(table, columns, {"number": "number", "uscc": "uscc"})
        for row, value, name in bulk_entities.taken_codes(table):
            yield _issue("entity.uscc_taken", row, columns, "uscc", value=value, name=name)
        for row, value, day, count in bulk_entities.still_used(table):
            params = {"value": value, "count": count, "day": day.isoformat()}
            yield _issue("entity.closing", row, columns, "closed_on", **params)


class BulkInstruments(BulkKind):
    key = "instruments"
    register, ledger, reader = INSTRUMENT, bulk_instruments.LEDGER, InstrumentReader

    @property
    def title(self) -> str:
        return _("Instruments")

    def check(self, table: str, columns: dict[str, int]) -> Iterator[Issue]:
        keys = {"number": "number", "serial_no": bulk_instruments.KEY}
        yield from _twice(table, columns, keys)
        for row, value, maker, number in bulk_instruments.taken_serials(table):
            params = {"value": value, "maker": maker, "number": number}
            yield _issue("instrument.twice", row, columns, "serial_no", **params)
        for row, made, day in bulk_instruments.verified_before(table):
            params = {"value": made.isoformat(), "day": day.isoformat()}
            yield _issue("instrument.verified_before", row, columns, "made_on", **params)


class BulkVerifications(BulkKind):
    key = "verifications"
    register, ledger, reader = VERIFICATION, bulk_verifications.LEDGER, VerificationReader

    @property
    def title(self) -> str:
        return _("Verifications of instruments")

    def check(self, table: str, columns: dict[str, int]) -> Iterator[Issue]:
        for row, number, day in bulk_verifications.doubled_days(table):
            params = {"value": number, "day": day.isoformat()}
            yield _issue("verification.twice", row, columns, "verified_on", **params)
