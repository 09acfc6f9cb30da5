"""Changes of the map entered in the portal: the real ones of five regions, and what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby

import pytest
from django.conf import settings

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.organisations.map_changes import ChangeOrder, Successor
from metroplan.organisations.models import (
    ChangeKind,
    Organisation,
    OrganisationAncestry,
    OrganisationChange,
    OrganisationChangePart,
    OrganisationLink,
)
from metroplan.organisations.services.changes import apply_change, preview_change
from metroplan.organisations.services.divisions import (
    load_divisions,
    read_changes,
    read_divisions,
)

REFERENCE = settings.BASE_DIR / "fixtures" / "reference"
TODAY = date(2024, 7, 1)
DIVISIONS = read_divisions(REFERENCE / "divisions.csv", REFERENCE / "division_zones.csv")
CHANGES = read_changes(REFERENCE / "division_changes.csv")
ROWS = {row.code: row for row in DIVISIONS}
BEGUN = {row.target_code for row in CHANGES if ROWS[row.target_code].valid_from == row.effective_on}

pytestmark = pytest.mark.django_db


def load_before() -> None:
    """The tree as it stood before the first change of all: no unit has ended, none is new."""
    rows = [replace(row, valid_to=None) for row in DIVISIONS if row.code not in BEGUN]
    load_divisions(divisions=rows, changes=[], actor=None, today=TODAY)


def unit(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def successor(code: str, weight: Decimal) -> Successor:
    """A new unit is named as the reference names it, one that exists by its code alone."""
    if Organisation.objects.filter(code=code).exists():
        return Successor(code, weight)
    row = ROWS[code]
    return Successor(code, weight, row.name_zh, row.name_en, row.level)


def enter_real(number: str) -> OrganisationChange:
    """Enter one change of division_changes.csv as bureau staff would."""
    rows = [row for row in CHANGES if row.change == number]
    sources = list(dict.fromkeys(row.source_code for row in rows))
    targets = {row.target_code: row.weight for row in rows}
    return change(
        rows[0].kind,
        rows[0].effective_on,
        sources,
        [successor(code, weight) for code, weight in targets.items()],
    )


def change(kind, on, codes, successors=(), **more) -> OrganisationChange:
    return apply_change(
        kind=kind,
        effective_on=on if isinstance(on, date) else date.fromisoformat(on),
        units=[unit(code) for code in codes],
        successors=successors,
        document=more.pop("document", "测试函〔2015〕1号"),
        actor=None,
        today=more.pop("today", TODAY),
        **more,
    )


def tree() -> set[tuple]:
    ancestry = OrganisationAncestry.objects.values_list(
        "ancestor__code", "descendant__code", "depth", "since", "until"
    )
    units = Organisation.objects.values_list(
        "code", "name_zh", "level", "valid_from", "valid_to", "path"
    )
    return {*ancestry, *units}


def parts() -> set[tuple]:
    return set(
        OrganisationChangePart.objects.values_list(
            "change__kind", "change__effective_on", "source__code", "target__code", "weight"
        )
    )


@contextmanager
def refused(code: str, *names: str) -> Iterator[None]:
    """A refusal with this code whose sentence holds these names, and nothing stored."""
    before = (tree(), parts(), OrganisationLink.objects.count())
    with pytest.raises(MetroplanError) as caught:
        yield
    assert caught.value.code == f"organisations.{code}"
    for name in names:
        assert name in caught.value.message
    assert (tree(), parts(), OrganisationLink.objects.count()) == before


def test_the_real_changes_entered_one_by_one_give_the_tree_of_the_reference():
    load_before()
    for number, _rows in groupby(CHANGES, key=lambda row: row.change):
        enter_real(number)
    entered, recorded = tree(), parts()
    OrganisationChange.objects.all().delete()
    OrganisationLink.objects.all().delete()
    OrganisationAncestry.objects.all().delete()
    Organisation.objects.all().delete()
    load_divisions(divisions=DIVISIONS, changes=CHANGES, actor=None, today=TODAY)
    assert entered == tree()
    assert recorded == parts()


def test_loading_the_reference_again_leaves_a_change_entered_here_alone():
    load_divisions(divisions=DIVISIONS, changes=CHANGES, actor=None, today=TODAY)
    change("rename", "2023-05-01", ["320481"], [Successor("320414", name_zh="溧阳区")])
    change("rename", "2023-06-01", ["320400"], [Successor("320490", name_zh="新常州市")])
    before = tree()
    counts = load_divisions(divisions=DIVISIONS, changes=CHANGES, actor=None, today=TODAY)
    assert not counts.anything
    assert tree() == before
    assert unit("320412").path == "/320000/320490/320412/"


def test_a_renamed_city_takes_its_counties_along():
    load_before()
    below = set(unit("320400").child_links.values_list("child__code", flat=True))
    change("rename", "2016-01-01", ["320400"], [Successor("320490", name_zh="新市")])
    assert set(unit("320490").child_links.values_list("child__code", flat=True)) == below
    assert unit("320400").valid_to == date(2016, 1, 1)
    assert not unit("320400").child_links.filter(valid_to=None).exists()


def test_a_rename_that_keeps_the_code_changes_the_name_and_remembers_the_former():
    load_before()
    done = change("rename", "2016-01-01", ["320400"], [Successor("320400", name_zh="新常州市")])
    assert unit("320400").name_zh == "新常州市"
    assert "常州市" in done.note
    assert unit("320400").valid_to is None


def test_a_transfer_closes_one_link_and_opens_another():
    load_before()
    change("transfer", "2016-01-01", ["320481"], parent=unit("140200"))
    links = unit("320481").parent_links.order_by("valid_from")
    assert [(link.parent.code, link.valid_to) for link in links] == [
        ("320400", date(2016, 1, 1)),
        ("140200", None),
    ]
    assert unit("320481").path == "/140000/140200/320481/"


def test_an_abolished_unit_ends_and_stays_on_record():
    load_before()
    change("abolish", "2016-01-01", ["320481"])
    assert unit("320481").valid_to == date(2016, 1, 1)
    part = OrganisationChangePart.objects.get(source__code="320481")
    assert (part.change.kind, part.target.code) == (ChangeKind.ABOLISH, "320481")


def test_each_unit_of_a_change_has_its_row_in_the_log():
    load_before()
    change("merge", "2016-01-01", ["320402", "320404"], [Successor("320411")])
    events = AuditEvent.objects.filter(action="organisation.map_changed")
    assert {event.organisation_path for event in events} == {
        "/320000/320400/320402/",
        "/320000/320400/320404/",
    }
    assert events[0].data["successors"] == {"320411": "1"}


def test_a_change_dated_ahead_takes_effect_on_its_day():
    load_before()
    change("transfer", "2024-10-01", ["320481"], parent=unit("140200"))
    assert unit("320481").path == "/320000/320400/320481/"
    until = OrganisationAncestry.objects.get(
        ancestor__code="320400", descendant__code="320481"
    ).until
    assert until == 2024 * 4 + 3


def test_a_preview_stores_nothing_and_names_what_moves():
    load_before()
    before = (tree(), parts(), AuditEvent.objects.count())
    order = ChangeOrder("merge", date(2015, 4, 1), (unit("320405"),), "文", (Successor("320412"),))
    seen = preview_change(order=order, today=TODAY)
    assert [one.code for one in seen.ended] == ["320405"]
    assert (str(seen.since), seen.later) == ("2015Q2", False)
    assert [(m.child.code, m.before.code, m.after) for m in seen.links] == [
        ("320405", "320400", None)
    ]
    assert {"320405", "320400", "320000"} <= {one.code for one in seen.recomputed}
    assert (tree(), parts(), AuditEvent.objects.count()) == before


def test_weights_that_do_not_add_to_one_are_refused():
    load_before()
    halves = [Successor("450421", Decimal("0.5")), Successor("450406", Decimal("0.4"), "龙圩区")]
    with refused("shares_uneven", "450421", "0.5 + 0.4"):
        change("split", "2013-02-01", ["450421"], halves)


def test_a_merger_into_a_unit_that_does_not_exist_then_is_refused():
    load_divisions(divisions=DIVISIONS, changes=CHANGES, actor=None, today=TODAY)
    with refused("not_alive", "320413", "2015-04-01"):
        change("merge", "2014-01-01", ["320481"], [Successor("320413")])
    with refused("unknown_unit", "320999"):
        change("merge", "2014-01-01", ["320481"], [Successor("320999")])


def test_a_unit_under_one_of_its_own_is_refused():
    load_before()
    with refused("tree_circle", "320481", "320400"):
        change("transfer", "2016-01-01", ["320400"], parent=unit("320481"))
    with refused("tree_circle", "320400"):
        change("transfer", "2016-01-01", ["320400"], parent=unit("320400"))


def test_a_city_under_a_county_is_refused():
    load_before()
    with refused("wrong_level", "320400", "140212"):
        change("transfer", "2016-01-01", ["320400"], parent=unit("140212"))


def test_a_change_before_the_unit_begins_is_refused():
    load_before()
    with refused("before_life", "320481", "2012-01-01"):
        change("abolish", "2011-06-01", ["320481"])


def test_a_change_of_a_unit_that_ended_is_refused():
    load_before()
    change("merge", "2015-04-01", ["320405"], [Successor("320412")])
    with refused("unit_ended", "320405", "2015-04-01"):
        change("merge", "2015-04-01", ["320405"], [Successor("320412")])


def test_a_change_before_one_that_is_on_record_is_refused():
    load_before()
    change("transfer", "2016-01-01", ["320481"], parent=unit("140200"))
    with refused("later_change", "320481", "2016-01-01"):
        change("abolish", "2015-01-01", ["320481"])


def test_a_city_with_counties_below_it_cannot_be_abolished():
    load_before()
    with refused("still_has_units", "320400", "320402"):
        change("abolish", "2016-01-01", ["320400"])


@pytest.mark.parametrize(
    ("kind", "codes", "successors", "code"),
    [
        ("rename", ["320402"], [], "successors_wrong"),
        ("rename", ["320402"], [Successor("320404")], "name_missing"),
        ("rename", ["320402"], [Successor("320404", name_zh="某区")], "code_taken"),
        ("rename", ["320402"], [Successor("3204", name_zh="某区")], "code_malformed"),
        ("merge", ["320402"], [Successor("320402")], "merge_into_itself"),
        ("merge", ["320402", "320402"], [Successor("320404")], "named_twice"),
        ("split", ["320402"], [Successor("320404")], "successors_wrong"),
        ("transfer", ["320402"], [], "parent_missing"),
        ("abolish", [], [], "units_wrong"),
    ],
)
def test_a_change_that_does_not_hang_together_is_refused(kind, codes, successors, code):
    load_before()
    with refused(code):
        change(kind, "2016-01-01", codes, successors)


def test_a_change_without_a_document_is_refused():
    load_before()
    with refused("document_missing"):
        change("abolish", "2016-01-01", ["320402"], document=" ")


def test_a_name_alone_cannot_change_ahead():
    load_before()
    with refused("name_ahead", "320400"):
        change("rename", "2025-01-01", ["320400"], [Successor("320400", name_zh="新市")])


@pytest.mark.parametrize(
    ("parent", "code"), [("140200", "two_parents"), ("320400", "links_overlap")]
)
def test_two_links_on_one_day_are_refused(parent, code):
    load_before()
    OrganisationLink.objects.filter(child__code="320481").update(valid_to=date(2016, 6, 1))
    OrganisationLink.objects.create(
        child=unit("320481"), parent=unit(parent), valid_from=date(2016, 1, 1)
    )
    with refused(code, "320481", parent):
        change("abolish", "2020-01-01", ["320402"])


def test_a_file_that_lists_a_unit_under_two_parents_is_refused():
    again = replace(ROWS["320481"], parent_code="140200")
    with pytest.raises(MetroplanError) as caught:
        load_divisions(divisions=[*DIVISIONS, again], changes=[], actor=None, today=TODAY)
    assert caught.value.code == "organisations.two_parents"
    assert "320481" in caught.value.message
    assert not Organisation.objects.exists()


def test_a_file_with_a_merger_into_a_unit_of_another_time_is_refused():
    early = [replace(row, effective_on=date(2014, 1, 1)) for row in CHANGES if row.change == "6"]
    with pytest.raises(MetroplanError) as caught:
        load_divisions(divisions=DIVISIONS, changes=early, actor=None, today=TODAY)
    assert caught.value.code == "organisations.not_alive"
    assert "320482 → 320413" in caught.value.message
