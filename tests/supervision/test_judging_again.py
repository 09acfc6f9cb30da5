"""All lots of a superseded edition judged again in one act: foreseen, done, told, and only once."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from indicators.models import RegisterDue
from indicators.services.registers import drain_registers
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from supervision.models import Lot, ToleranceTable
from supervision.rules.net_content import Reading, SamplingLine
from supervision.selectors.judging import preview
from supervision.services import judging
from supervision.services.content_tables import enter_plan, enter_tolerance
from supervision.services.content_verify import wrong_lots
from supervision.services.judging import judge_superseded
from supervision.services.lots import save_lot
from supervision.services.net_content_reference import load_net_content
from tests.supervision.content import SAMPLING
from tests.supervision.counted import add_entity
from tests.supervision.test_figures_follow import RATIO, counted, parts

REFERENCE = Path(settings.BASE_DIR) / "fixtures" / "reference"
D = Decimal
STRICTER = (
    *SAMPLING[:2],
    SamplingLine(51, 99, 13, D("0.848"), 0, 0),
    SamplingLine(100, None, 32, D("0.5"), 1, 0),
)
"""As in 2005 up to lots of 50; of 51 to 99 no piece may be short by more than T any more; from 100
on 32 pieces are taken."""


@pytest.fixture(autouse=True)
def tables(db):
    load_net_content(REFERENCE)


def entered(world, nets, lot_size=60, at="A", on="2024-11-01", **more):
    data = {
        "number": "",
        "inspection": None,
        "campaign": None,
        "organisation": world.units[at],
        "entity": add_entity(world, at),
        "commodity": "面粉",
        "product": "面粉100g",
        "maker": "",
        "batch_no": "",
        "sampled_on": date.fromisoformat(on),
        "quantity_kind": "mass",
        "nominal": D(100),
        "unit": "g",
        "lot_size": lot_size,
        "sample_size": len(nets),
        "tare": None,
        "label_unit": "g",
        "label_height": D(3),
        "label_complete": True,
    }
    readings = [Reading(net=D(value)) for value in nets]
    return save_lot(actor=world.people["staff"], data=data | more, readings=readings)


ONE_SHORT = ["103"] * 12 + ["95"]
FULL = ["103"] * 13


def sampled(world):
    """One lot each whose verdict changes, stays, and whose sample the new plan does not know; one
    of before the new plan."""
    return {
        "changes": entered(world, ONE_SHORT),
        "stays": entered(world, FULL, at="D"),
        "unfit": entered(world, ["103"] * 50, 300),
        "before": entered(world, ONE_SHORT, on="2024-10-11"),
    }


def enter(world, rows=STRICTER):
    return enter_plan(
        actor=world.people["staff"],
        edition="JJF 1070-2023",
        effective_from=date(2024, 10, 12),
        note="",
        rows=rows,
    )


def stored(lot):
    lot = Lot.objects.select_related("plan").get(pk=lot.pk)
    return lot.plan.edition, lot.label_passed, lot.quantity_passed, lot.version


def test_what_would_change_is_counted_beforehand_and_nothing_is_written(world):
    lots = sampled(world)
    assert preview(world.people["staff"]).found == 0
    enter(world)
    Lot.objects.filter(pk=lots["changes"].pk).update(published_on=date(2024, 12, 1))
    seen = preview(world.people["staff"])
    assert (seen.found, seen.fitting, seen.changed, seen.same, seen.unfit) == (3, 2, 1, 1, 1)
    assert (seen.quantity_lost, seen.quantity_won, seen.label_lost, seen.label_won) == (1, 0, 0, 0)
    assert (seen.published, seen.more) == (1, False)
    assert [item.lot for item in seen.shown] == [lots["unfit"]]
    assert "32" in seen.shown[0].sentences[0]
    assert {stored(lot)[0] for lot in lots.values()} == {"JJF 1070-2005"}


def test_one_act_judges_all_that_fit_and_a_second_finds_nothing(world):
    lots = sampled(world)
    enter(world)
    done = judge_superseded(actor=world.people["staff"])
    assert (done.lots, done.changed, done.unfit, done.more) == (2, 1, 1, False)
    assert stored(lots["changes"]) == ("JJF 1070-2023", True, False, 2)
    assert stored(lots["stays"]) == ("JJF 1070-2023", True, True, 2)
    assert stored(lots["unfit"]) == ("JJF 1070-2005", True, True, 1)
    assert stored(lots["before"]) == ("JJF 1070-2005", True, True, 1)
    assert not list(wrong_lots())
    again = judge_superseded(actor=world.people["staff"])
    assert (again.lots, again.changed, again.unfit) == (0, 0, 1)
    assert AuditEvent.objects.filter(action="lots.judged").count() == 1


def test_every_lot_and_the_act_stand_in_the_log(world):
    lots = sampled(world)
    enter(world)
    judge_superseded(actor=world.people["staff"])
    events = AuditEvent.objects.filter(action="lot.judged")
    said = {event.object_key: event.data for event in events}
    assert said[str(lots["changes"].pk)] == {
        "before": {"plan": "JJF 1070-2005", "quantity_passed": True},
        "after": {"plan": "JJF 1070-2023", "quantity_passed": False},
    }
    assert said[str(lots["stays"].pk)]["after"] == {"plan": "JJF 1070-2023"}
    assert said.keys() == {str(lots[name].pk) for name in ("changes", "stays")}
    act = AuditEvent.objects.get(action="lots.judged")
    assert act.data["after"] == {"lots_judged": 2, "verdicts_changed": 1, "samples_unfit": 1}


def test_only_figures_that_count_a_changed_lot_are_due_and_they_follow(world):
    code = "net_content_pass_rate"
    counted(world, code, accumulation="flow", **RATIO)
    sampled(world)
    assert parts(world, code, "2024Q4") == [(3, 3)]
    enter(world)
    judge_superseded(actor=world.people["staff"])
    due = RegisterDue.objects.filter(key=code)
    marks = {(mark.organisation_id, mark.since) for mark in due}
    assert marks == {(world.units["A"].pk, Period.parse("2024Q4"))}
    drain_registers()
    assert parts(world, code, "2024Q4") == [(2, 3)]


def test_a_newer_table_of_deficiencies_calls_for_it_too(world):
    """Of 101 g T is 4.5 g to the nearest and 4.6 g upwards: 96.42 g is short by 4.58 g."""
    nets = ["101"] * 4 + ["96.42"]
    lot = entered(world, nets, 5, nominal=D(101))
    enter_tolerance(
        actor=world.people["staff"],
        edition="up",
        effective_from=date(2024, 1, 1),
        rounding="up",
        note="",
        copied=ToleranceTable.objects.get(),
    )
    assert preview(world.people["staff"]).quantity_won == 1
    judge_superseded(actor=world.people["staff"])
    lot.refresh_from_db()
    assert (lot.table.edition, lot.quantity_passed) == ("up", True)


def test_staff_judge_the_lots_of_their_area_and_nobody_else_any(world):
    lots = sampled(world)
    enter(world)
    with pytest.raises(PermissionDenied):
        judge_superseded(actor=world.people["clerk"])
    with pytest.raises(PermissionDenied):
        judge_superseded(actor=world.people["leader"])
    staff = world.people["staff"]
    staff.organisation = world.units["C2"]
    assert preview(staff).found == 1
    assert judge_superseded(actor=staff).lots == 1
    assert stored(lots["stays"])[0] == "JJF 1070-2023"
    assert stored(lots["changes"])[0] == "JJF 1070-2005"


def test_many_lots_are_judged_in_pieces_up_to_the_most_of_one_act(world, monkeypatch):
    lots = [entered(world, FULL) for _at in range(5)]
    unfit = entered(world, ["103"] * 50, 300)
    enter(world)
    monkeypatch.setattr(judging, "PIECES", 2)
    monkeypatch.setattr(judging, "AT_ONCE", 3)
    done = judge_superseded(actor=world.people["staff"])
    assert (done.lots, done.more) == (3, True)
    done = judge_superseded(actor=world.people["staff"])
    assert (done.lots, done.unfit, done.more) == (2, 1, False)
    assert {stored(lot)[0] for lot in lots} == {"JJF 1070-2023"}
    assert stored(unfit)[0] == "JJF 1070-2005"


def test_a_lot_without_readings_goes_along_where_its_sample_fits(world):
    lot = entered(world, [], sample_size=13)
    enter(world)
    judge_superseded(actor=world.people["staff"])
    assert stored(lot) == ("JJF 1070-2023", True, None, 2)


def test_the_page_shows_what_would_change_and_does_it(world, client):
    sampled(world)
    client.force_login(world.people["staff"])
    page = reverse("supervision:lots-judge")
    assert client.get(page).context["preview"].found == 0
    enter(world)
    tables = client.get(reverse("supervision:content-tables"))
    assert tables.context["superseded"] == 3
    assert page in tables.content.decode()
    assert client.get(page).context["preview"].changed == 1
    assert client.post(page)["Location"] == page
    left = client.get(page).context["preview"]
    assert (left.found, left.fitting, left.unfit) == (1, 0, 1)
    client.force_login(world.people["leader"])
    assert page not in client.get(reverse("supervision:content-tables")).content.decode()
