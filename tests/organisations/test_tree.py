"""The reference tree with its history, checked by hand, and small trees that go wrong."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import (
    Level,
    Organisation,
    OrganisationAncestry,
    OrganisationChangePart,
    OrganisationLink,
)
from metroplan.organisations.querysets import unit_key, unit_order
from metroplan.organisations.services.divisions import (
    ChangeRow,
    DivisionRow,
    load_divisions,
    read_changes,
    read_divisions,
)
from metroplan.organisations.services.tree import OPEN_END, rebuild_ancestry, refresh_paths
from tests.world import add_unit

REFERENCE = settings.BASE_DIR / "fixtures" / "reference"
TODAY = date(2024, 7, 1)

pytestmark = pytest.mark.django_db


def load_reference():
    return load_divisions(
        divisions=read_divisions(REFERENCE / "divisions.csv", REFERENCE / "division_zones.csv"),
        changes=read_changes(REFERENCE / "division_changes.csv"),
        actor=None,
        today=TODAY,
    )


def above(code: str) -> dict[str, tuple[int, int, int]]:
    """Ancestor codes of a unit with depth and quarters."""
    rows = OrganisationAncestry.objects.filter(descendant__code=code).select_related("ancestor")
    return {row.ancestor.code: (row.depth, row.since, row.until) for row in rows}


def below(code: str, quarter: str) -> set[str]:
    index = Period.parse(quarter).index
    rows = OrganisationAncestry.objects.filter(
        ancestor__code=code, depth__gt=0, since__lte=index, until__gt=index
    )
    return set(rows.values_list("descendant__code", flat=True))


def unit(code, level, start="2020-01-01", end=None, parent="") -> DivisionRow:
    return DivisionRow(
        code=code,
        name_zh=code,
        name_en=code,
        level=level,
        parent_code=parent,
        valid_from=date.fromisoformat(start),
        valid_to=end and date.fromisoformat(end),
        note="",
    )


def test_reference_holds_283_divisions_of_today_and_their_zones():
    load_reference()
    today = Organisation.objects.filter(valid_to=None)
    assert today.exclude(level="zone").count() == 283
    assert today.filter(level="city").count() == 14 + 11 + 3
    assert today.filter(level="zone").count() == 9
    assert Organisation.objects.filter(valid_to__isnull=False).count() == 23 + 1


def test_loading_twice_changes_nothing_and_logs_nothing():
    first = load_reference()
    assert first.anything
    rows = AuditEvent.objects.count()
    assert not load_reference().anything
    assert AuditEvent.objects.count() == rows


def test_regions_hang_under_their_provinces():
    load_reference()
    paths = dict(Organisation.objects.values_list("code", "path"))
    assert paths["450103"] == "/450000/450100/450103/"
    assert paths["430600-Z1"] == "/430000/430600/430600-Z1/"
    assert paths["210921"] == "/210000/210900/210921/"


def test_jintan_city_ends_in_the_quarter_in_which_the_district_begins():
    load_reference()
    turn = Period.parse("2015Q2").index
    assert above("320482")["320400"] == (1, Period.parse("2012Q1").index, turn)
    assert above("320413")["320000"] == (2, turn, OPEN_END)
    assert "320482" in below("320400", "2015Q1")
    assert "320482" not in below("320400", "2015Q2")
    assert "320413" in below("320400", "2015Q2")


def test_a_unit_that_ended_keeps_its_last_path():
    load_reference()
    assert Organisation.objects.get(code="320482").path == "/320000/320400/320482/"
    assert Organisation.objects.get(code="450404").path == "/450000/450400/450404/"


def test_wujin_took_over_qishuyan_and_stayed_itself():
    load_reference()
    assert above("320412")["320412"] == (0, Period.parse("2012Q1").index, OPEN_END)
    part = OrganisationChangePart.objects.get(source__code="320405")
    assert (part.target.code, part.weight) == ("320412", 1)
    assert (part.change.kind, part.change.effective_on) == ("merge", date(2015, 4, 1))


def test_wanxiu_exists_before_dieshan_is_merged_into_it():
    load_reference()
    assert {"450403", "450404"} <= below("450400", "2012Q4")
    after = below("450400", "2013Q1")
    assert "450403" in after
    assert "450404" not in after
    assert "450406" in after


def test_jingxi_becomes_a_city_in_the_third_quarter_of_2015():
    load_reference()
    assert "451025" in below("451000", "2015Q2")
    assert below("451000", "2015Q3") & {"451025", "451081"} == {"451081"}


def test_the_county_count_of_guangxi_is_right_before_and_after():
    load_reference()
    assert len([code for code in below("450000", "2024Q2") if code[4:] != "00"]) == 111
    assert below("450000", "2024Q2") & {"450127", "450181"} == {"450181"}


def test_shares_of_every_source_add_to_one():
    load_reference()
    totals: dict[tuple, Decimal] = {}
    for part in OrganisationChangePart.objects.all():
        key = (part.change_id, part.source_id)
        totals[key] = totals.get(key, Decimal(0)) + part.weight
    assert len(totals) == 26
    assert set(totals.values()) == {1}


def test_a_link_counts_for_a_quarter_when_it_holds_on_the_last_day():
    rows = [
        unit("110000", "province"),
        unit("110100", "city", parent="110000"),
        unit("110101", "county", "2020-03-31", "2020-09-30", parent="110100"),
        unit("110102", "county", "2020-04-02", "2020-06-29", parent="110100"),
    ]
    load_divisions(divisions=rows, changes=[], actor=None, today=TODAY)
    index = Period.parse("2020Q1").index
    assert above("110101")["110000"] == (2, index, index + 2)
    assert above("110102") == {}


def test_a_move_to_another_parent_splits_the_ancestry_but_not_the_path_of_today():
    rows = [
        unit("110000", "province"),
        unit("110100", "city", parent="110000"),
        unit("110200", "city", parent="110000"),
        unit("110101", "county", parent="110100"),
    ]
    load_divisions(divisions=rows, changes=[], actor=None, today=TODAY)
    moved = date(2022, 1, 1)
    county = Organisation.objects.get(code="110101")
    county.parent_links.update(valid_to=moved)
    OrganisationLink.objects.create(
        child=county, parent=Organisation.objects.get(code="110200"), valid_from=moved
    )
    rebuild_ancestry()
    assert refresh_paths(today=TODAY) == 1
    turn = Period.containing(moved).index
    assert above("110101")["110100"] == (1, Period.parse("2020Q1").index, turn)
    assert above("110101")["110200"] == (1, turn, OPEN_END)
    county.refresh_from_db()
    assert county.path == "/110000/110200/110101/"
    assert refresh_paths(today=date(2021, 12, 31)) == 1
    county.refresh_from_db()
    assert county.path == "/110000/110100/110101/"


def test_a_circle_is_refused_and_leaves_the_ancestry_as_it_was():
    rows = [unit("110000", "province"), unit("110100", "city", parent="110000")]
    load_divisions(divisions=rows, changes=[], actor=None, today=TODAY)
    before = OrganisationAncestry.objects.count()
    city = Organisation.objects.get(code="110100")
    province = Organisation.objects.get(code="110000")
    OrganisationLink.objects.create(child=province, parent=city, valid_from=date(2021, 1, 1))
    with pytest.raises(MetroplanError) as caught:
        rebuild_ancestry()
    assert caught.value.code == "organisations.tree_circle"
    assert "110000, 110100" in caught.value.message
    assert OrganisationAncestry.objects.count() == before


@pytest.mark.parametrize(
    ("wrong", "code", "names"),
    [
        (
            [unit("110100", "city", parent="110200"), unit("110200", "city", parent="110100")],
            "tree_circle",
            ("110100", "110200"),
        ),
        ([unit("110100", "city", parent="110100")], "tree_circle", ("110100",)),
        (
            [
                unit("110100", "city", "2020-01-01", "2022-01-01", parent="110000"),
                unit("110100", "city", "2021-01-01", parent="110000"),
            ],
            "links_overlap",
            ("110100", "2020-01-01", "2021-01-01"),
        ),
    ],
)
def test_a_file_with_a_circle_or_a_unit_listed_twice_is_refused_and_nothing_stored(
    wrong, code, names
):
    with pytest.raises(MetroplanError) as caught:
        load_divisions(
            divisions=[unit("110000", "province"), *wrong], changes=[], actor=None, today=TODAY
        )
    assert caught.value.code == f"organisations.{code}"
    assert all(name in caught.value.message for name in names)
    assert not Organisation.objects.exists()
    assert not OrganisationLink.objects.exists()


def turned() -> None:
    """Two cities of which each stood under the other, one after the other."""
    rows = [unit("110000", "province")]
    rows += [unit(code, "city", parent="110000") for code in ("110100", "110200")]
    load_divisions(divisions=rows, changes=[], actor=None, today=TODAY)
    one, other = (Organisation.objects.get(code=code) for code in ("110100", "110200"))
    turn = date(2022, 1, 1)
    one.parent_links.update(parent=other, valid_to=turn)
    OrganisationLink.objects.create(
        child=one, parent=Organisation.objects.get(code="110000"), valid_from=turn
    )
    other.parent_links.update(valid_to=turn)
    OrganisationLink.objects.create(child=other, parent=one, valid_from=turn)


def test_units_that_stand_above_each_other_at_different_times_are_refused():
    turned()
    with pytest.raises(MetroplanError) as caught:
        rebuild_ancestry()
    assert caught.value.code == "organisations.tree_turned"
    assert "110100, 110200" in caught.value.message
    assert not OrganisationAncestry.objects.filter(
        ancestor__code="110100", descendant__code="110200"
    ).exists()


def test_a_unit_that_changes_places_under_a_new_code_is_accepted():
    turned()
    heir = Organisation.objects.create(
        code="110300", name_zh="新市", name_en="Heir", level="city", valid_from=date(2022, 1, 1)
    )
    OrganisationLink.objects.filter(child__code="110200", parent__code="110100").update(child=heir)
    Organisation.objects.filter(code="110200").update(valid_to=date(2022, 1, 1))
    assert rebuild_ancestry()
    assert "110300" in below("110100", "2022Q1")
    assert "110100" in below("110200", "2021Q4")


def test_a_parent_that_is_not_listed_is_named():
    with pytest.raises(MetroplanError) as caught:
        load_divisions(
            divisions=[unit("110100", "city", parent="110000")],
            changes=[],
            actor=None,
            today=TODAY,
        )
    assert caught.value.code == "organisations.unknown_unit"
    assert "110000" in caught.value.message


def test_shares_that_do_not_add_to_one_are_refused():
    half = ChangeRow("1", "split", date(2021, 1, 1), "110000", "110000", Decimal("0.5"), "", "")
    with pytest.raises(MetroplanError) as caught:
        load_divisions(
            divisions=[unit("110000", "province")], changes=[half], actor=None, today=TODAY
        )
    assert caught.value.code == "organisations.shares_uneven"


def test_zones_stand_after_the_counties_of_their_city_and_before_the_next_city(world):
    order = ["451100", "451102", "451199", "451100-Z1", "451100-Z2", "451200", "450000-Z1"]
    for code in reversed(order):
        level = Level.ZONE if "Z" in code else Level.COUNTY
        add_unit(world, code, level, code=code)
    units = Organisation.objects.filter(code__startswith="45").order_by(unit_order())
    assert [unit.code for unit in units] == order
    assert sorted(order, key=unit_key) == order
