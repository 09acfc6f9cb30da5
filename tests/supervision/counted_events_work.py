"""What happens to campaigns, inspections, findings, cases and titles; see counted_events.py."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from supervision.models import Campaign, Inspection
from supervision.services.campaigns import FIELDS, move_campaign, save_campaign
from supervision.services.cases import file_case
from supervision.services.criteria import load_criteria
from supervision.services.findings import (
    extend_deadline,
    order_rectification,
    recheck_finding,
    refer_finding,
)
from supervision.services.inspections import conclude_inspection, void_inspection
from supervision.services.integrity import move_run, open_run, score
from supervision.services.integrity_corrections import correct_event
from tests.supervision.campaign import begun, concluded, filled, inspector, signed
from tests.supervision.campaign import campaign as campaign_made
from tests.supervision.counted import add_check, add_entity, day
from tests.supervision.counted_events import event
from tests.world import World

DAYS = {"starts": day("2024-01-10"), "ends": day("2024-03-31")}


def moved(world: World, campaign: Campaign, to: str) -> None:
    staff = world.people["staff"]
    move_campaign(actor=staff, campaign=campaign, to=to, summary="已完成")
    campaign.refresh_from_db()


def finished(world: World, **more: Any) -> Campaign:
    made = campaign_made(world, "C1", **DAYS | more)
    for on, unit in (("2024-02-01", "A"), ("2024-03-30", "B")):
        add_check(_inspected(world, unit, on, made), "valid", True)
    moved(world, made, "finished")
    return made


def _inspected(world: World, unit: str, on: str, campaign: Campaign) -> Inspection:
    return Inspection.objects.create(
        number=f"J{unit}", organisation=world.units[unit], entity=add_entity(world, unit),
        inspected_on=day(on), campaign=campaign, state="closed",
    )  # fmt: skip


def saved(world: World, campaign: Campaign, **values: Any) -> None:
    data = {name: getattr(campaign, name) for name in FIELDS} | {"kinds": []} | values
    save_campaign(actor=world.people["staff"], campaign=campaign, data=data, checklist=[])


@event
def a_campaign_is_finished(world: World) -> Iterator[None]:
    made = campaign_made(world, "C1", **DAYS)
    yield
    moved(world, made, "finished")


@event
def a_campaign_is_taken_up_again(world: World) -> Iterator[None]:
    made = finished(world)
    yield
    moved(world, made, "running")


@event
def a_finished_campaign_ended_later(world: World) -> Iterator[None]:
    made = finished(world)
    yield
    saved(world, made, ends=day("2024-04-01"))


@event
def a_finished_campaign_goes_to_another_unit(world: World) -> Iterator[None]:
    made = finished(world)
    yield
    saved(world, made, organisation=world.units["P"])


@event
def a_campaign_was_one_of_sampling(world: World) -> Iterator[None]:
    made = finished(world)
    yield
    saved(world, made, kind="sampling")


@event
def a_campaign_was_none_of_sampling_and_ended_earlier(world: World) -> Iterator[None]:
    made = finished(world, kind="sampling", ends=day("2024-04-02"))
    yield
    saved(world, made, kind="special", ends=day("2024-03-31"))


def inspectors(world: World) -> list[Any]:
    return [inspector(world, valid_from=date(2020, 1, 1)) for _at in range(2)]


@event
def an_inspection_is_concluded(world: World) -> Iterator[None]:
    made = begun(world, inspected_on=day("2024-03-31"), inspectors=inspectors(world), campaign=None)
    made = filled(world, made)
    add_check(made, "valid", None)
    made = signed(world, made)
    yield
    conclude_inspection(actor=world.people["clerk"], inspection=made)


@event
def an_inspection_is_voided(world: World) -> Iterator[None]:
    made = concluded(world, inspected_on=day("2024-03-31"), inspectors=inspectors(world))
    yield
    void_inspection(actor=world.people["staff"], inspection=made, reason="重复")


def ordered(world: World, due_on: str) -> Any:
    made = begun(world, inspected_on=day("2024-01-05"), inspectors=inspectors(world))
    return order_rectification(
        actor=world.people["clerk"], inspection=made, description="超期", due_on=day(due_on)
    )


@event
def a_rectification_is_ordered(world: World) -> Iterator[None]:
    yield
    ordered(world, "2024-03-31")


@event
def a_deadline_is_extended(world: World) -> Iterator[None]:
    made = ordered(world, "2024-03-20")
    yield
    extend_deadline(
        actor=world.people["staff"], finding=made, on=day("2024-03-15"),
        due_on=day("2024-04-20"), text="来文",
    )  # fmt: skip


@event
def a_finding_is_rectified(world: World) -> Iterator[None]:
    made = ordered(world, "2024-03-31")
    yield
    staff = world.people["staff"]
    recheck_finding(actor=staff, finding=made, on=day("2024-03-31"), rectified=True)


@event
def a_finding_is_not_rectified_yet(world: World) -> Iterator[None]:
    made = ordered(world, "2024-03-31")
    yield
    recheck_finding(
        actor=world.people["staff"], finding=made, on=day("2024-04-02"), rectified=False,
        due_on=day("2024-05-02"),
    )  # fmt: skip


@event
def a_finding_is_referred(world: World) -> Iterator[None]:
    made = ordered(world, "2024-03-31")
    yield
    data = {"number": "K1", "body": "enforcement", "authority": "", "legal_basis": ""}
    data["filed_on"] = day("2024-03-31")
    refer_finding(actor=world.people["staff"], finding=made, data=data)


@event
def a_case_is_filed(world: World) -> Iterator[None]:
    entity = add_entity(world, "A")
    yield
    data = {
        "number": "K2", "source": "complaint", "entity": entity, "organisation": world.units["A"],
        "body": "enforcement", "authority": "", "ground": "缺斤短两", "filed_on": day("2024-01-01"),
        "legal_basis": "",
    }  # fmt: skip
    file_case(actor=world.people["staff"], data=data)


def run_at(world: World, *states: tuple[str, str]) -> Any:
    load_criteria(Path())
    staff = world.people["staff"]
    (first, since), *rest = states
    entity = add_entity(world, "A", "market")
    unit = open_run(actor=staff, entity=entity, state=first, since=day(since))
    for state, on in rest:
        if state == "publicised":
            points = {item.pk: item.points for item in unit.criteria.items.all()}
            score(actor=staff, unit=unit, points=points, notes={})
        unit = moved_on(world, unit, state, on)
    return unit


def moved_on(world: World, unit: Any, state: str, on: str) -> Any:
    number = "CX1" if state == "conferred" else ""
    return move_run(
        actor=world.people["staff"], unit=unit, state=state, since=day(on), reason="检查",
        certificate_no=number,
    )  # fmt: skip


TO_PUBLICITY = (
    ("committed", "2023-10-08"), ("applied", "2023-11-01"), ("reviewing", "2023-11-10"),
    ("publicised", "2023-12-01"),
)  # fmt: skip


@event
def an_entity_commits_itself(world: World) -> Iterator[None]:
    yield
    run_at(world, ("committed", "2024-03-31"))


@event
def a_title_is_conferred(world: World) -> Iterator[None]:
    unit = run_at(world, *TO_PUBLICITY)
    yield
    moved_on(world, unit, "conferred", "2024-03-31")


@event
def a_title_is_revoked(world: World) -> Iterator[None]:
    unit = run_at(world, *TO_PUBLICITY, ("conferred", "2024-01-02"))
    yield
    moved_on(world, unit, "revoked", "2024-03-31")


@event
def the_day_of_a_title_is_corrected(world: World) -> Iterator[None]:
    unit = run_at(world, *TO_PUBLICITY, ("conferred", "2024-01-02"))
    yield
    correct_event(
        actor=world.people["staff"], unit=unit, event=unit.events.get(state="conferred"),
        since=day("2023-12-31"), reason="登记有误",
    )  # fmt: skip


@event
def the_day_of_a_commitment_is_corrected(world: World) -> Iterator[None]:
    unit = run_at(world, ("committed", "2024-01-10"))
    yield
    correct_event(
        actor=world.people["staff"], unit=unit, event=unit.events.get(), reason="登记有误",
        since=day("2023-12-31"),
    )  # fmt: skip
