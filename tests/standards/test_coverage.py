"""Coverage of the catalogue against hand counts: days, levels, exclusions, versions."""

from datetime import date
from decimal import Decimal

import pytest

from metroplan.organisations.models import Organisation
from standards.models import LocalExclusion
from standards.selectors.coverage import coverage, coverage_of_units, tallies, version_on
from tests.standards.covered import add_standard, add_version

DAY = date(2024, 6, 30)


@pytest.fixture
def catalogue(world):
    """Four items must be verified; one needs approval only, of one nothing is known."""
    return add_version(
        "v1",
        date(2020, 1, 1),
        None,
        {
            "1.1": ("V", ["scale"]),
            "1.2": ("P+V", ["pump", "gas-pump"]),
            "1.3": ("V", ["taximeter"]),
            "1.4": ("P+V", ["meter"]),
            "1.5": ("P", ["cell"]),
            "1.6": ("?", ["water"]),
        },
    )


def numbers(world, unit, day=DAY, levels=None):
    """As the page counts it, after checking that the sets for many units agree."""
    found = coverage(organisation=world.units[unit], day=day, levels=levels)
    pk = world.units[unit].pk
    assert coverage_of_units([pk], day, levels)[pk] == (found.covered, found.total)
    tally = tallies([pk], day, levels)[pk]
    assert (tally.excluded, tally.unknown) == (found.excluded, found.unknown)
    return found.covered, found.total


def standings(found):
    return {line.item.code: line.standing for line in found.items}


def test_a_unit_counts_its_own_institutes_and_those_below(world, catalogue):
    add_standard(world, "C1", ["scale"])
    add_standard(world, "A", ["gas-pump"])
    add_standard(world, "D", ["taximeter"])
    assert numbers(world, "P") == (3, 4)
    assert numbers(world, "C1") == (2, 4)
    assert numbers(world, "A") == (1, 4)
    assert numbers(world, "B") == (0, 4)


def test_two_standards_of_one_item_count_once(world, catalogue):
    for unit in ("A", "B", "C1"):
        add_standard(world, unit, ["pump", "gas-pump"])
    assert numbers(world, "C1") == (1, 4)
    found = coverage(organisation=world.units["C1"], day=DAY)
    assert len(found.items[1].covered_by) == 3
    assert found.rate == Decimal("0.25")


def test_levels_choose_whose_institutes_count(world, catalogue):
    add_standard(world, "P", ["taximeter"])
    add_standard(world, "C1", ["scale"])
    add_standard(world, "A", ["pump"])
    assert numbers(world, "P", levels=["province"]) == (1, 4)
    assert numbers(world, "P", levels=["city"]) == (1, 4)
    assert numbers(world, "P", levels=["city", "county"]) == (2, 4)
    assert numbers(world, "P") == (3, 4)


def test_zones_count_with_the_counties(world, catalogue):
    add_standard(world, "A", ["scale"])
    Organisation.objects.filter(pk=world.units["A"].pk).update(level="zone")
    assert numbers(world, "C1", levels=["county"]) == (1, 4)


def test_approval_only_is_no_item_and_the_unknown_is_left_out_and_shown(world, catalogue):
    add_standard(world, "C1", ["cell", "water"])
    assert numbers(world, "C1") == (0, 4)
    found = coverage(organisation=world.units["C1"], day=DAY)
    assert standings(found)["1.6"] == "unknown"
    assert "1.5" not in standings(found)
    assert found.unknown == 1


def test_only_verification_by_public_standards_covers(world, catalogue):
    add_standard(world, "C1", ["scale"], way="calibration")
    add_standard(world, "C1", ["pump"], holder="enterprise")
    add_standard(world, "C1", ["taximeter"], holder="department")
    assert numbers(world, "C1") == (0, 4)


def test_both_ends_of_a_span_count_and_the_days_beside_do_not(world, catalogue):
    add_standard(world, "C1", ["scale"], (date(2024, 1, 10), date(2024, 3, 20)))
    for day, covered in (
        (date(2024, 1, 9), 0),
        (date(2024, 1, 10), 1),
        (date(2024, 3, 20), 1),
        (date(2024, 3, 21), 0),
    ):
        assert numbers(world, "C1", day) == (covered, 4)


def test_cover_lasts_as_long_as_one_span_follows_another(world, catalogue):
    add_standard(world, "C1", ["scale"], (date(2024, 1, 1), date(2024, 9, 30)))
    add_standard(world, "A", ["scale"], (date(2024, 10, 1), date(2025, 6, 30)))
    add_standard(world, "B", ["scale"], (date(2025, 7, 2), date(2026, 12, 31)))
    found = coverage(organisation=world.units["C1"], day=DAY).items[0]
    assert found.until == date(2025, 6, 30)
    assert [cover.until for cover in found.covered_by] == [date(2024, 9, 30)]


def test_what_is_not_renewed_lapses_on_a_day_to_come(world, catalogue):
    add_standard(world, "C1", ["scale"], (date(2020, 1, 1), date(2025, 11, 30)))
    add_standard(world, "C1", ["pump"], (date(2020, 1, 1), date(2026, 1, 31)))
    assert numbers(world, "C1", date(2025, 11, 30)) == (2, 4)
    assert numbers(world, "C1", date(2025, 12, 31)) == (1, 4)


def exclude(world, unit, item, first, until=None):
    LocalExclusion.objects.create(
        item=item,
        organisation=world.units[unit],
        valid_from=first,
        valid_to=until,
        document="文",
        reason="因",
    )


def test_an_exclusion_holds_for_the_unit_and_those_below_while_it_lasts(world, catalogue):
    taximeters = catalogue.items.get(code="1.3")
    add_standard(world, "A", ["taximeter"])
    exclude(world, "C1", taximeters, date(2024, 1, 1), date(2025, 1, 1))
    assert numbers(world, "C1") == (0, 3)
    assert numbers(world, "A") == (0, 3)
    assert numbers(world, "P") == (1, 4)
    assert numbers(world, "C2") == (0, 4)
    assert numbers(world, "C1", date(2024, 12, 31)) == (0, 3)
    assert numbers(world, "C1", date(2025, 1, 1)) == (1, 4)
    found = coverage(organisation=world.units["A"], day=DAY)
    assert standings(found)["1.3"] == "excluded"
    assert found.items[2].exclusion.organisation == world.units["C1"]


def test_an_unknown_item_that_is_excluded_is_counted_as_excluded_alone(world, catalogue):
    exclude(world, "C1", catalogue.items.get(code="1.6"), date(2024, 1, 1))
    assert numbers(world, "C1") == (0, 4)
    found = coverage(organisation=world.units["C1"], day=DAY)
    assert (found.excluded, found.unknown) == (1, 0)


def test_a_catalogue_that_changes_within_the_year_changes_the_count_on_its_day(world, catalogue):
    catalogue.effective_to = date(2024, 7, 1)
    catalogue.save()
    newer = {"2": ("V", ["charger"]), "3": ("V", ["taximeter", "pump"])}
    add_version("v2", date(2024, 7, 1), None, {"21": ("V", ["scale"]), **newer})
    add_standard(world, "C1", ["scale"])
    add_standard(world, "C1", ["pump"])
    assert numbers(world, "C1", date(2024, 6, 30)) == (2, 4)
    assert numbers(world, "C1", date(2024, 7, 1)) == (2, 3)
    assert version_on(date(2024, 7, 1)).code == "v2"


def test_without_a_catalogue_nothing_is_counted(world, catalogue):
    add_standard(world, "C1", ["scale"])
    assert numbers(world, "C1", date(2019, 12, 31)) == (0, 0)
    assert coverage(organisation=world.units["C1"], day=date(2019, 12, 31)).rate is None


def test_the_kinds_of_a_group_narrow_the_items(world, catalogue):
    add_standard(world, "C1", ["scale"])
    kinds = catalogue.items.get(code="1.1").kinds.values_list("pk", flat=True)
    found = coverage(organisation=world.units["C1"], day=DAY, kinds=list(kinds))
    assert (found.covered, found.total) == (1, 1)


def test_an_institute_of_a_unit_that_began_later_stands_where_it_stands_today(world, catalogue):
    """Registers are taken over with today's units: their past is not lost by it."""
    from metroplan.organisations.models import OrganisationLink
    from metroplan.organisations.services.tree import rebuild_tree

    unit = world.units["A"]
    Organisation.objects.filter(pk=unit.pk).update(valid_from=date(2024, 11, 1))
    OrganisationLink.objects.filter(child=unit).update(valid_from=date(2024, 11, 1))
    rebuild_tree(today=date(2026, 1, 1))
    add_standard(world, "A", ["scale"])
    assert numbers(world, "C1") == (1, 4)


def test_many_units_are_counted_in_two_queries(world, catalogue, django_assert_num_queries):
    add_standard(world, "A", ["scale"])
    units = [unit.pk for unit in world.units.values()]
    with django_assert_num_queries(2):
        assert coverage_of_units(units, DAY)[world.units["P"].pk] == (1, 4)
