"""Demonstration entities and instruments: sound, the same every time, as many as asked."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

from metroplan.common.uscc import uscc_problem
from standards.services.catalogue_reference import load_catalogue
from supervision.demo.histories import history
from supervision.demo.ledgers import load_ledgers
from supervision.demo.profiles import PROFILES
from supervision.models import Entity, Instrument, Verification
from supervision.rules.verification import Standing
from supervision.selectors.instruments import instrument_rows
from supervision.services.verifications import wrong_repeats
from tests.world import World, add_unit, settle

TODAY = date(2026, 11, 22)


@pytest.fixture
def loaded(world: World) -> World:
    load_catalogue(Path(settings.BASE_DIR) / "fixtures" / "reference")
    add_unit(world, "Y", "city", "P", code="430600")
    add_unit(world, "Y1", "county", "Y", code="430602")
    add_unit(world, "Y2", "county", "Y", code="430603")
    settle(world)
    load_ledgers(today=TODAY, scale=0.02)
    return world


def test_a_region_has_a_thousand_entities_and_twelve_thousand_instruments():
    assert sum(profile.entities for profile in PROFILES) == 1000
    assert sum(profile.entities * profile.each for profile in PROFILES) == 12_000
    assert all(profile.entities % 2 == 0 for profile in PROFILES)


def test_what_is_made_is_sound(loaded):
    for entity in Entity.objects.all():
        assert uscc_problem(entity.uscc) is None
        assert entity.organisation.code in ("430602", "430603")
    for thing in Instrument.objects.select_related("entity").prefetch_related("verifications"):
        assert thing.made_on <= thing.in_use_from < TODAY
        assert thing.out_of_use_on is None or thing.in_use_from < thing.out_of_use_on <= TODAY
        assert not thing.entity.closed_on or thing.out_of_use_on == thing.entity.closed_on
        rows = sorted(thing.verifications.all(), key=lambda row: row.verified_on)
        assert all(thing.made_on <= row.verified_on < TODAY for row in rows)
    assert not list(wrong_repeats())


def test_most_instruments_in_use_are_validly_verified(loaded):
    rows = instrument_rows(Instrument.objects.select_related("entity"), TODAY)
    asked = [row.standing for row in rows if row.standing not in (Standing.OUT, Standing.EXEMPT)]
    held = sum(standing in (Standing.VALID, Standing.DUE) for standing in asked)
    assert 0.85 < held / len(asked) < 0.99
    assert {Standing.OVERDUE, Standing.DUE} <= {*asked}
    assert Verification.objects.filter(free_of_charge=True).exists()


def test_a_history_goes_forward_and_falls_the_same_way_every_time():
    for words in map(str, range(300)):
        rows = list(history(words, date(2019, 3, 1), TODAY, 12))
        days = [row.check.verified_on for row in rows]
        assert all(before < after for before, after in pairwise(days))
        assert rows == list(history(words, date(2019, 3, 1), TODAY, 12))
        assert all(row.stage != "initial" for row in rows[1:])
