"""Days of a run that were entered wrongly, put right: nothing goes back, nothing is skipped."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from indicators.models import RegisterDue
from indicators.services.registers import drain_registers
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from supervision.models import CriteriaSet, Criterion, IntegrityUnit
from supervision.rules.integrity import Days, title_of
from supervision.services.content_verify import wrong_runs
from supervision.services.criteria import load_criteria
from supervision.services.integrity import lapse, move_run, open_run
from supervision.services.integrity_corrections import correct_event
from tests.supervision.counted import add_entity, day
from tests.supervision.test_figures_follow import counted
from tests.supervision.test_integrity import listed, refusal, scored
from tests.world import current


@pytest.fixture(autouse=True)
def criteria(db):
    load_criteria(Path())


def moved(world, unit, state, since, **more):
    return move_run(actor=world.people["staff"], unit=unit, state=state, since=day(since), **more)


def run(world, upto="conferred", entity=None, year=2023):
    """Applied on 10 January, evaluated from 1 February, open from 1 to 7 March, conferred on the
    8th; a title of three years."""
    entity = entity or add_entity(world, "A", "market")
    since = day(f"{year}-01-10")
    unit = open_run(actor=world.people["staff"], entity=entity, state="applied", since=since)
    unit = moved(world, unit, "reviewing", f"{year}-02-01")
    scored(world, unit)
    if upto != "reviewing":
        unit = moved(world, unit, "publicised", f"{year}-03-01")
    if upto == "conferred":
        unit = moved(world, unit, "conferred", f"{year}-03-08", certificate_no=f"CX{year}")
    return unit


def corrected(world, unit, state, since, reason="日期录错", person="staff", **more):
    order = {"event": unit.events.get(state=state), "since": day(since), "reason": reason}
    return correct_event(actor=world.people[person], unit=unit, **order, **more)


def test_the_days_that_follow_are_worked_out_anew(world):
    unit = corrected(world, run(world), "conferred", "2023-03-20")
    assert (unit.conferred_on, unit.valid_until) == (day("2023-03-20"), day("2026-03-19"))
    unit = corrected(world, unit, "publicised", "2023-03-05")
    assert unit.publicised_until == day("2023-03-11")
    assert [event.state for event in unit.events.all()] == [
        *("applied", "reviewing", "publicised", "conferred"),
    ]
    assert not list(wrong_runs())


def test_the_log_keeps_the_reason_and_what_stood_before(world):
    unit = corrected(world, run(world), "conferred", "2023-03-20")
    event = AuditEvent.objects.get(action="integrity.corrected")
    assert event.object_label == unit.number
    assert event.data == {
        "reason": "日期录错",
        "before": {
            "since": "2023-03-08",
            "conferred_on": "2023-03-08",
            "valid_until": "2026-03-07",
        },
        "after": {
            "corrected_state": "conferred",
            "since": "2023-03-20",
            "conferred_on": "2023-03-20",
            "valid_until": "2026-03-19",
        },
    }


@pytest.mark.parametrize(
    ("state", "since"),
    [
        ("applied", "2023-02-02"),
        ("reviewing", "2023-01-09"),
        ("reviewing", "2023-03-02"),
        ("publicised", "2023-01-31"),
        ("publicised", "2023-03-09"),
        ("conferred", "2023-02-28"),
        ("conferred", "2023-03-08"),
    ],
)
def test_days_do_not_go_back_past_the_state_before_or_ahead_of_the_one_after(world, state, since):
    unit = run(world)
    assert refusal(corrected, world, unit, state, since) == {"since"}
    assert not AuditEvent.objects.filter(action="integrity.corrected").exists()


@pytest.mark.parametrize(
    ("state", "since"),
    [("applied", "2023-02-01"), ("reviewing", "2023-01-10"), ("reviewing", "2023-03-01")],
)
def test_a_day_may_be_that_of_the_state_beside_it(world, state, since):
    assert corrected(world, run(world), state, since).events.get(state=state).since == day(since)


def test_the_publicity_must_still_be_over_before_the_title(world):
    """Open from 2 to 8 March, the title of the 8th would be conferred on its last day."""
    unit = run(world)
    assert refusal(corrected, world, unit, "publicised", "2023-03-02") == {"since"}
    assert refusal(corrected, world, unit, "conferred", "2023-03-07") == {"since"}
    unit = corrected(world, unit, "conferred", "2023-03-09")
    assert corrected(world, unit, "publicised", "2023-03-02").publicised_until == day("2023-03-08")


def test_a_reason_is_needed_a_day_to_come_refused_and_the_same_day_too(world):
    unit = run(world)
    assert refusal(corrected, world, unit, "conferred", "2023-03-20", " ") == {"reason"}
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert refusal(corrected, world, unit, "conferred", tomorrow) == {"since"}
    unit = corrected(world, unit, "conferred", "2023-03-20")
    assert refusal(corrected, world, unit, "conferred", "2023-03-20") == {"since"}


def test_only_staff_of_the_area_correct_and_only_what_they_saw(world):
    unit = run(world)
    for person in ("leader", "clerk", "neighbour"):
        with pytest.raises(PermissionDenied):
            corrected(world, unit, "conferred", "2023-03-20", person=person)
    with pytest.raises(MetroplanError) as stale:
        corrected(world, unit, "conferred", "2023-03-20", expected_version=unit.version - 1)
    assert stale.value.code == "register.changed"


def test_nobody_who_was_listed_on_the_right_day_is_honoured_on_it(world):
    unit = run(world)
    listed(world, unit.entity, "2023-03-20", "2023-03-31")
    assert refusal(corrected, world, unit, "conferred", "2023-03-20") == {"since"}
    assert refusal(corrected, world, unit, "conferred", "2023-03-31") == {"since"}
    assert corrected(world, unit, "conferred", "2023-03-19").conferred_on == day("2023-03-19")
    assert corrected(world, unit, "conferred", "2023-04-01").conferred_on == day("2023-04-01")


def test_a_title_that_lapsed_lapses_on_its_new_day_or_holds_once_more(world):
    unit = run(world, year=2020)
    assert unit.valid_until == day("2023-03-07")
    assert lapse(today=timezone.localdate()) == 1
    unit = corrected(world, unit, "conferred", "2020-03-20")
    assert (unit.state, unit.ended_on) == ("lapsed", day("2023-03-20"))
    today = timezone.localdate()
    unit = corrected(world, unit, "conferred", today.isoformat())
    assert (unit.state, unit.ended_on) == ("conferred", None)
    assert not unit.events.filter(state="lapsed").exists()
    assert not list(wrong_runs())
    assert AuditEvent.objects.order_by("-pk").first().data["before"]["run_state"] == "lapsed"


def test_a_lapse_itself_is_not_corrected(world):
    unit = run(world, year=2020)
    lapse(today=timezone.localdate())
    assert refusal(corrected, world, unit, "lapsed", "2023-03-09") == {"since"}


def test_a_run_does_not_end_after_its_title(world):
    """A title conferred on 8 March 2022 is valid until 7 March 2025."""
    unit = run(world, year=2022)
    unit = moved(world, unit, "revoked", "2025-03-07", reason="作弊")
    assert refusal(corrected, world, unit, "revoked", "2025-03-08") == {"since"}
    unit = corrected(world, unit, "conferred", "2022-03-09")
    assert corrected(world, unit, "revoked", "2025-03-08").ended_on == day("2025-03-08")


def test_two_titles_of_an_entity_have_no_day_in_common(world):
    first = moved(world, run(world, year=2020), "withdrawn", "2022-03-01", reason="停业")
    second = run(world, entity=first.entity, year=2022)
    assert refusal(corrected, world, first, "withdrawn", "2022-03-09") == {"since"}
    first = corrected(world, first, "withdrawn", "2022-03-08")
    assert first.ended_on == second.conferred_on
    assert title_of(Days()) is None


def test_a_title_is_not_conferred_on_a_day_of_one_that_has_ended_since(world):
    first = moved(world, run(world, year=2020), "withdrawn", "2022-03-09", reason="停业")
    unit = run(world, "publicised", first.entity, 2022)
    order = {"certificate_no": "CX2"}
    assert refusal(moved, world, unit, "conferred", "2022-03-08", **order) == {"since"}
    assert moved(world, unit, "conferred", "2022-03-09", **order).state == "conferred"


def other_criteria(since: date) -> CriteriaSet:
    made = CriteriaSet.objects.create(
        title="新细则",
        effective_from=since,
        pass_mark=Decimal(60),
        validity_months=24,
        publicity_days=5,
    )
    Criterion.objects.create(criteria=made, text="一", points=100)
    return made


def test_an_application_takes_the_criteria_of_its_right_day_until_it_is_evaluated(world):
    new = other_criteria(day("2023-01-01"))
    entity = add_entity(world, "A", "market")
    unit = open_run(
        actor=world.people["staff"], entity=entity, state="applied", since=day("2022-12-31")
    )
    assert unit.criteria != new
    unit = corrected(world, unit, "applied", "2023-01-01")
    assert IntegrityUnit.objects.get(pk=unit.pk).criteria == new
    evaluated = run(world, "reviewing")
    assert refusal(corrected, world, evaluated, "applied", "2022-12-31") == {"since"}
    assert corrected(world, evaluated, "applied", "2023-01-01").criteria == new


def test_the_figures_that_count_the_run_follow_from_the_earlier_day_on(world):
    code = "integrity_units"
    counted(world, code, accumulation="flow")
    unit = run(world)
    RegisterDue.objects.all().delete()
    corrected(world, unit, "conferred", "2023-04-01")
    due = RegisterDue.objects.get(key=code)
    assert (due.organisation_id, due.since) == (world.units["A"].pk, Period.parse("2023Q1"))
    assert "日期录错" in due.reason
    from_register(world, code, {"2023Q1": 0, "2023Q2": 1})


def from_register(world, code, expected):
    drain_registers()
    rows = {period: current(world.measures[code], world.units["A"], period) for period in expected}
    assert {period: int(row.value) for period, row in rows.items()} == expected


def test_a_day_is_corrected_on_the_page_of_the_run(world, client):
    unit = run(world)
    client.force_login(world.people["staff"])
    page = reverse("supervision:integrity-detail", args=[unit.pk])
    address = reverse("supervision:integrity-correct", args=[unit.pk])
    event = unit.events.get(state="conferred")
    values = {"event": event.pk, "since": "2023-03-07", "reason": "录错", "version": unit.version}
    typed = {f"correct-{name}": value for name, value in values.items()}
    refused = client.post(address, typed)
    assert refused.status_code == 422
    assert refused.context["correct_form"].errors.keys() == {"since"}
    assert client.post(address, typed | {"correct-reason": ""}).status_code == 422
    foreign = run(world).events.first()
    assert client.post(address, typed | {"correct-event": foreign.pk}).status_code == 422
    done = client.post(address, typed | {"correct-since": "2023-03-20"})
    assert done["Location"] == page
    assert client.get(page).context["detail"].unit.valid_until == day("2026-03-19")
    assert client.post(address, typed | {"correct-since": "2023-03-21"}).status_code == 409
    client.force_login(world.people["leader"])
    assert address not in client.get(page).content.decode()
