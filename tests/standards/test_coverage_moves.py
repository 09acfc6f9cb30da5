"""Coverage follows what happens to a standard: certified, revoked, suspended, also in the past."""

from datetime import date

import pytest

from standards.models import Certificate, StateEvent
from standards.selectors.coverage import coverage_of_units
from standards.services.in_force import rebuild
from standards.services.life import move_standard, revoke_certificate
from tests.standards.covered import add_standard, add_version

DAY, BEFORE = date(2025, 6, 30), date(2025, 3, 31)


@pytest.fixture
def standard(world):
    add_version("v1", date(2020, 1, 1), None, {"1.1": ("V", ["scale"]), "1.2": ("V", ["pump"])})
    made = add_standard(world, "C1", ["scale"])
    StateEvent.objects.create(standard=made, state="in_force", since=date(2022, 1, 1))
    for kind in Certificate.Kind.values:
        Certificate.objects.create(
            standard=made,
            kind=kind,
            number=f"{kind} 1",
            valid_from=date(2022, 1, 1),
            valid_until=date(2026, 12, 31),
        )
    rebuild([made.pk])
    return made


def covered(world, day):
    unit = world.units["P"].pk
    return coverage_of_units([unit], day)[unit]


def test_a_standard_counts_while_both_its_certificates_are_valid(world, standard):
    assert covered(world, date(2021, 12, 31)) == (0, 2)
    assert covered(world, date(2022, 1, 1)) == (1, 2)
    assert covered(world, date(2026, 12, 31)) == (1, 2)
    assert covered(world, date(2027, 1, 1)) == (0, 2)


def test_a_certificate_revoked_in_the_past_changes_the_past_from_that_day(world, standard):
    certificate = standard.certificates.get(kind="public")
    staff = world.people["staff"]
    revoke_certificate(actor=staff, certificate=certificate, on=date(2025, 4, 1), reason="因")
    assert covered(world, BEFORE) == (1, 2)
    assert covered(world, DAY) == (0, 2)


def test_a_suspended_standard_covers_nothing_from_that_day(world, standard):
    staff = world.people["staff"]
    move_standard(
        actor=staff,
        standard=standard,
        to="sealed",
        since=date(2025, 4, 1),
        document="文",
        reason="因",
    )
    assert covered(world, BEFORE) == (1, 2)
    assert covered(world, date(2025, 4, 1)) == (0, 2)
