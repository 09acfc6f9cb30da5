"""Draws over the API: a client that has only the answer draws the same list once more."""

import json
from hashlib import sha256

import pytest

from supervision.services.draws import make_draw
from supervision.services.inspections import begin_inspection
from tests.supervision import campaign as made
from tests.supervision.calling import ROOT, caller
from tests.supervision.counted import add_entity
from tests.supervision.test_draws import fixed

DRAWS = f"{ROOT}draws/"


@pytest.fixture
def campaign(world):
    people = [made.inspector(world) for _ in range(4)]
    for unit in ("A", "A", "B", "D"):
        entity = add_entity(world, unit, "market")
    people[0].conflicts.create(entity=entity, reason="任职", valid_from=made.ago(900))
    return made.campaign(world, kind="double_random")


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def drawn_by_hand(told: dict) -> list[tuple[str, list[str]]]:
    """The published rule, from nothing but the answer and without the portal's code."""
    written = json.dumps(told["pool"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashed(written)
    assert digest == told["pool_sha256"]
    start, pool = f"{told['seed']}|{digest}", told["pool"]
    entities = sorted(pool["entities"], key=lambda number: hashed(f"{start}|{number}"))
    load, found = dict.fromkeys(pool["inspectors"], 0), []
    for number in entities[: told["entities_wanted"]]:
        free = [who for who in pool["inspectors"] if [who, number] not in pool["conflicts"]]
        free.sort(key=lambda who: (load[who], hashed(f"{start}|{number}|{who}")))
        sent = free[: told["inspectors_each"]]
        for who in sent:
            load[who] += 1
        found.append((number, sorted(sent)))
    return found


def test_a_client_draws_the_same_list_from_the_answer_alone(world, campaign):
    waiting = fixed(world, campaign, wanted=3)
    address = f"{DRAWS}{waiting.pk}/"
    before = caller(world).get(address).json()
    assert (before["drawn_at"], before["drawn"], before["algorithm"]) == (None, [], "sha256-1")
    expected = drawn_by_hand(before)
    make_draw(actor=world.people["staff"], draw=waiting)
    told = caller(world).get(address).json()
    assert [(row["entity"], row["inspectors"]) for row in told["drawn"]] == expected
    assert [row["position"] for row in told["drawn"]] == [1, 2, 3]
    assert len(told["pool"]["conflicts"]) == 1
    assert drawn_by_hand(told) == expected


def test_a_line_names_the_inspection_once_it_is_begun(world, campaign):
    draw = make_draw(actor=world.people["staff"], draw=fixed(world, campaign, "A", wanted=1))
    line = draw.drawn.get()
    data = {"campaign": campaign, "entity": line.entity, "inspected_on": made.today(), "basis": ""}
    inspection = begin_inspection(
        actor=world.people["clerk"],
        data=data | {"organisation": world.units["A"]},
        inspectors=list(line.inspectors.all()),
        drawn=line,
    )
    (row,) = caller(world).get(f"{DRAWS}{draw.pk}/").json()["drawn"]
    assert row["inspection"] == inspection.number


def test_the_list_is_narrowed_and_holds_no_pool(world, campaign):
    for _ in range(2):
        made.inspector(world, "B")
    done = make_draw(actor=world.people["staff"], draw=fixed(world, campaign, "A", wanted=1))
    waiting = fixed(world, campaign, "B", wanted=1)

    def found(person="leader", **query):
        return [row["id"] for row in caller(world, person).get(DRAWS, query).json()["results"]]

    assert found() == [waiting.pk, done.pk]
    assert (found(drawn="true"), found(drawn="false")) == ([done.pk], [waiting.pk])
    assert found(organisation=world.units["A"].code) == [done.pk]
    assert found(campaign=campaign.number, ordering="id") == [done.pk, waiting.pk]
    assert found(campaign="nothing") == found(q="nothing") == found("other_city_reviewer") == []
    row = caller(world).get(DRAWS).json()["results"][0]
    assert (row["campaign"], row["pool_sha256"]) == (campaign.number, waiting.pool_sha256)
    assert not {"pool", "drawn", "filters"} & {*row}
    head = caller(world).get(DRAWS, {"format": "csv"}).content.decode("utf-8-sig").splitlines()[0]
    assert head.startswith("id,campaign,organisation,algorithm,pool_sha256,seed,")


@pytest.mark.parametrize("number", ["0", "abc", "99999999999999999999", "-1"])
def test_a_draw_that_is_nowhere_is_not_found(world, number):
    assert caller(world).get(f"{DRAWS}{number}/").status_code == 404
