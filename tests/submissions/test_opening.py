from datetime import date

from metroplan.common.periods import Period
from metroplan.submissions.models import Submission
from metroplan.submissions.services.opening import open_due_quarters, open_form
from tests.world import World, add_unit, settle

NEWEST = Period.parse("2022Q4")


def units_open(period: Period) -> set[str]:
    found = Submission.objects.filter(period=period)
    return set(found.values_list("organisation__name_en", flat=True))


def test_every_county_gets_the_form_and_nobody_else(world: World):
    assert open_form(form=world.form, period=NEWEST) == 3
    assert units_open(NEWEST) == {"Unit A", "Unit B", "Unit D"}


def test_opening_twice_changes_nothing(world: World):
    open_form(form=world.form, period=NEWEST)
    assert open_form(form=world.form, period=NEWEST) == 0
    assert Submission.objects.count() == 3


def test_a_form_is_due_so_many_working_days_after_the_quarter(world: World):
    open_form(form=world.form, period=NEWEST)
    # 3-6, 9-13, 16-20 January are fourteen; after the Spring Festival Saturday 28 is worked.
    assert {item.due_on for item in Submission.objects.all()} == {date(2023, 1, 28)}


def test_the_quarter_that_closed_last_opens(world: World):
    assert open_due_quarters(today=date(2023, 1, 1)).count == 3
    assert units_open(NEWEST) == {"Unit A", "Unit B", "Unit D"}


def test_no_form_opens_before_its_first_quarter_or_after_its_last(world: World):
    assert open_due_quarters(today=date(2021, 2, 1)).count == 0
    world.form.closes = Period.parse("2022Q3")
    world.form.save()
    assert open_due_quarters(today=date(2023, 1, 1)).count == 0


def test_a_zone_reports_beside_the_counties(world: World):
    add_unit(world, "Z", "zone", "C1", code="900100-Z1")
    settle(world)
    assert open_form(form=world.form, period=NEWEST) == 4


def test_a_unit_that_has_ended_gets_no_form(world: World):
    add_unit(world, "OLD", "county", "C1", valid_to=date(2022, 6, 1))
    settle(world)
    open_form(form=world.form, period=NEWEST)
    assert "Unit OLD" not in units_open(NEWEST)


def test_the_owner_fills_its_own_form(world: World):
    world.form.level, world.form.owner_fills = "", True
    world.form.save()
    open_form(form=world.form, period=NEWEST)
    assert units_open(NEWEST) == {"Unit P"}
