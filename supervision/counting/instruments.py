"""Figures counted from instruments and their verifications."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from standards.counting import Source as StandardsSource
from standards.counting.adding import add_count, add_share
from standards.selectors.counts import Count, Rows
from supervision.counting.sources import Source
from supervision.models import Entity
from supervision.selectors.counted_instruments import (
    free_verifications,
    initially_verified,
    put_in_use,
    show_instrument,
    show_verification,
    subject,
    verifications,
    verified,
)

VERIFIED_RATES = (
    ("compulsory_verification_rate", "", _("Verification coverage of all instruments")),
    (
        "key_instrument_verification_rate",
        "key-managed",
        _("Verification coverage of instruments under key national control"),
    ),
    (
        "fuel_dispenser_verification_rate",
        "fuel-dispensers",
        _("Verification coverage of fuel dispensers"),
    ),
    (
        "mine_safety_instrument_verification_rate",
        "mine-safety",
        _("Verification coverage of coal-mine safety instruments"),
    ),
    (
        "medical_instrument_verification_rate",
        "medical",
        _("Verification coverage of medical instruments"),
    ),
    ("scale_verification_rate", "scales", _("Verification coverage of weighing instruments")),
    (
        "household_meter_verification_rate",
        "household-meters",
        _("Verification coverage of the four household meters"),
    ),
    ("taximeter_verification_rate", "taximeters", _("Verification coverage of taximeters")),
)


def add_instruments() -> None:
    for key, group, name in VERIFIED_RATES:
        _rate(key, group, name)
    for key, group, name in (
        ("initial_verification_rate", "", _("Initial verification coverage")),
        (
            "household_meter_initial_verification_rate",
            "household-meters",
            _("Initial verification coverage of the four household meters"),
        ),
    ):
        _initial(key, group, name)
    _passed()
    _counts()


def _rate(key: str, group: str, name: Any) -> None:
    definition = _(
        "Of the unit's instruments in use on the last day for trade, safety, medical care or the "
        "environment, those whose newest verification by then was passed and is still valid."
    )
    add_share(
        key,
        _of_instruments(verified(group)),
        _of_instruments(subject(group)),
        Source.INSTRUMENTS,
        (name, definition),
        (_("Verified and valid"), _("Not verified, failed or overdue")),
        also=_grouped(group),
    )


def _initial(key: str, group: str, name: Any) -> None:
    definition = _(
        "Of the unit's instruments put in use in the quarter for trade, safety, medical care or "
        "the environment, those that passed an initial verification by its last day."
    )
    add_share(
        key,
        _of_instruments(initially_verified(group)),
        _of_instruments(put_in_use(group)),
        Source.INSTRUMENTS,
        (name, definition),
        (_("Initially verified"), _("Not initially verified")),
        flow=True,
        also=_grouped(group),
    )


def _passed() -> None:
    add_share(
        "verification_pass_rate",
        _of_verifications(verifications(passed=True)),
        _of_verifications(verifications()),
        Source.INSTRUMENTS,
        (
            _("Verification pass rate"),
            _("Of the verifications of the unit's instruments in the quarter, those passed."),
        ),
        (pgettext_lazy("verifications", "Passed"), pgettext_lazy("verifications", "Failed")),
        flow=True,
    )


def _counts() -> None:
    kinds = Entity.Kind
    for key, which, name in (
        ("free_verifications", (kinds.MARKET, kinds.MEDICAL), _("Free verifications")),
        ("free_verifications_market", (kinds.MARKET,), _("Free verifications at markets")),
        ("free_verifications_medical", (kinds.MEDICAL,), _("Free verifications at clinics")),
    ):
        add_count(
            key,
            _of_verifications(free_verifications(*which)),
            Source.INSTRUMENTS,
            name,
            _(
                "Verifications of the quarter that were free of charge, of instruments of the "
                "unit's markets or medical institutions."
            ),
            flow=True,
        )
    add_count(
        "taximeter_errors",
        _of_verifications(verifications("taximeters", passed=False)),
        Source.INSTRUMENTS,
        _("Taximeters that failed their verification"),
        _("Verifications of the unit's taximeters in the quarter that were failed."),
        flow=True,
        also=_grouped("taximeters"),
    )
    add_count(
        "instruments_subject",
        _of_instruments(subject()),
        Source.INSTRUMENTS,
        _("Instruments that must be verified"),
        _(
            "The unit's instruments in use on the last day for trade, safety, medical care or "
            "the environment."
        ),
    )


def _grouped(group: str) -> tuple[str, ...]:
    """Which kinds belong to a group is kept beside the catalogue."""
    return (StandardsSource.KINDS,) if group else ()


def _of_instruments(rows: Rows) -> Count:
    return Count(rows, "entity__organisation", show_instrument)


def _of_verifications(rows: Rows) -> Count:
    return Count(rows, "instrument__entity__organisation", show_verification)
