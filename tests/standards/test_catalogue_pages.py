"""Pages of the catalogue and of coverage, and the same over the API."""

import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from metroplan.common.files import csv_text
from standards.models import CatalogueVersion, KindGroup, LocalExclusion
from tests.standards.covered import add_kinds, add_standard, add_version
from tests.standards.test_catalogue_file import LONG

FIRST = date(2020, 1, 1)
FACTS = {
    "code": "v2",
    "title": "新目录",
    "document": "公告2号",
    "effective_from": "2025-07-01",
    "ends_previous": "on",
}


@pytest.fixture
def older(world):
    items = {
        "1.1": ("V", ["scale"]),
        "1.2": ("P+V", ["pump"]),
        "1.3": ("V", ["taximeter"]),
        "1.4": ("?", ["water"]),
    }
    return add_version("v1", FIRST, None, items)


def get(client, world, route, *args, person="leader", **query):
    client.force_login(world.people[person])
    return client.get(reverse(route, args=args), query)


def send(client, world, route, *args, person="staff", **data):
    client.force_login(world.people[person])
    return client.post(reverse(route, args=args), data)


def table(*rows, head=LONG):
    content = csv_text([head, *rows]).encode()
    return SimpleUploadedFile("catalogue.csv", content)


def preview(client, world, *rows, **more):
    facts = FACTS | {"file": table(*rows)} | more
    return send(client, world, "standards:catalogue-preview", **facts)


ROWS = (("1", "", "一级"), ("1.1", "1", "项目1.1", "V", "周期检定"), ("1.9", "1", "灯", "V"))


def test_a_table_is_looked_at_then_taken_over_as_it_was_shown(client, world, older):
    page = preview(client, world, *ROWS)
    assert page.status_code == 200
    assert page.context["plan"].counts == {"added": 1, "changed": 1, "same": 0, "removed": 3}
    assert CatalogueVersion.objects.count() == 1
    done = send(client, world, "standards:catalogue-apply", slip=page.context["slip"])
    assert done.url == reverse("standards:catalogue-detail", args=["v2"])
    newer = CatalogueVersion.objects.get(code="v2")
    older.refresh_from_db()
    assert (newer.items.count(), older.effective_to) == (3, newer.effective_from)
    kept = get(client, world, "standards:catalogue-source", "v2")
    assert b"".join(kept.streaming_content).decode("utf-8-sig").startswith("code,")


def test_what_is_wrong_with_the_table_is_told_and_nothing_is_kept(client, world, older):
    page = preview(client, world, ("1", "", "一级"), ("1.1", "1", "", "Z"))
    assert page.status_code == 422
    assert len(page.context["issues"]) == 2
    assert page.context["form"]["title"].value() == "新目录"


def test_an_overlapping_version_is_told_at_its_first_day_before_the_table_is_read(
    client, world, older
):
    page = preview(client, world, *ROWS, ends_previous="")
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"effective_from"}


def test_a_slip_serves_only_the_person_who_was_shown_the_preview(client, world, older):
    slip = preview(client, world, *ROWS).context["slip"]
    other = world.people["staff"]
    world.people["staff"] = type(other).objects.create(
        username="second", role="staff", organisation=other.organisation
    )
    assert send(client, world, "standards:catalogue-apply", slip=slip).status_code == 409
    assert send(client, world, "standards:catalogue-apply", slip="x").status_code == 409


def test_a_preview_overtaken_by_a_change_is_shown_anew(client, world, older):
    slip = preview(client, world, *ROWS).context["slip"]
    CatalogueVersion.objects.update(revision=7)
    page = send(client, world, "standards:catalogue-apply", slip=slip)
    assert page.status_code == 409
    assert page.context["problem"].code == "catalogue.outdated"
    again = send(client, world, "standards:catalogue-apply", slip=page.context["slip"])
    assert again.status_code == 302


def test_the_table_of_a_version_is_replaced_in_place(client, world, older):
    page = send(client, world, "standards:catalogue-table-preview", "v1", file=table(*ROWS))
    assert page.context["plan"].counts == {"added": 1, "changed": 1, "same": 0, "removed": 3}
    send(client, world, "standards:catalogue-apply", slip=page.context["slip"])
    item = older.items.get(code="1.1")
    assert [kind.code for kind in item.kinds.all()] == ["scale"]


def test_an_exported_version_reads_back_without_a_difference(client, world, older):
    content = get(client, world, "standards:catalogue-export", "v1", format="csv").content
    file = SimpleUploadedFile("back.csv", content)
    page = send(client, world, "standards:catalogue-table-preview", "v1", file=file)
    assert page.context["plan"].counts == {"added": 0, "changed": 0, "same": 4, "removed": 0}


def test_items_are_found_by_text_regulation_certainty_and_group(client, world, older):
    KindGroup.objects.create(code="g", name_zh="组").kinds.set(add_kinds("pump").values())

    def found(**query):
        page = get(client, world, "standards:catalogue-detail", "v1", **query)
        return [item.code for group in page.context["groups"] for item in group.items]

    assert found(q="taxi") == ["1.3"]
    assert found(regulation="V") == ["1.1", "1.3"]
    assert found(certainty="recalled") == []
    assert found(group="g") == ["1.2"]


def test_a_stale_change_of_an_item_keeps_what_was_typed(client, world, older):
    typed = {"name": "新名", "regulation": "V", "certainty": "official", "revision": 0}
    page = send(client, world, "standards:catalogue-item", "v1", "1.1", **typed)
    assert page.status_code == 409
    assert page.context["form"]["name"].value() == "新名"
    kind = add_kinds("scale")["scale"].pk
    good = typed | {"revision": 1, "kinds": [kind]}
    page = send(client, world, "standards:catalogue-item", "v1", "1.1", **good)
    assert page.status_code == 302
    assert older.items.get(code="1.1").name == "新名"


def test_an_exclusion_is_entered_and_ended_on_its_page(client, world, older):
    item, unit = older.items.get(code="1.1"), world.units["C1"]
    typed = {"item": item.pk, "organisation": unit.code, "valid_from": "2024-01-01"}
    page = send(client, world, "standards:exclusion-create", **typed)
    assert set(page.context["form"].errors) == {"document", "reason"}
    papers = {"document": "文", "reason": "因"}
    assert send(client, world, "standards:exclusion-create", **typed, **papers).status_code == 302
    made = LocalExclusion.objects.get()
    page = send(client, world, "standards:exclusion-end", made.pk, valid_to="2023-01-01")
    assert page.status_code == 422
    send(client, world, "standards:exclusion-end", made.pk, valid_to="2025-01-01")
    made.refresh_from_db()
    assert made.valid_to == date(2025, 1, 1)


def test_a_city_sees_exclusions_of_its_area_and_of_the_units_above(client, world, older):
    for unit in ("P", "C2", "A"):
        LocalExclusion.objects.create(
            item=older.items.get(code="1.1"),
            organisation=world.units[unit],
            valid_from=FIRST,
            document="文",
            reason="因",
        )
    page = get(client, world, "standards:exclusion-list", person="city_leader")
    assert {row.organisation for row in page.context["page"]} == {
        *(world.units["P"], world.units["A"]),
    }


def matrix(client, world, **query):
    return get(client, world, "standards:coverage", **query).context["matrix"]


def test_the_matrix_shows_gaps_first_then_what_ends_soonest(client, world, older):
    add_standard(world, "C1", ["scale"], (FIRST, date(2029, 5, 31)))
    add_standard(world, "A", ["pump"], (FIRST, date(2027, 5, 31)))
    found = matrix(client, world, day="2026-06-30")
    assert [(row.item.code, row.standing) for row in found.rows] == [
        ("1.3", "gap"),
        ("1.2", "covered"),
        ("1.1", "covered"),
        ("1.4", "unknown"),
    ]
    assert [column.key for column in found.columns] == [
        world.units[name].code for name in ("P", "C1", "C2")
    ]
    assert [column.tally.covered for column in found.columns] == [0, 2, 0]
    pumps = found.rows[1]
    assert [cell.until for cell in pumps.cells] == [None, date(2027, 5, 31), None]


def test_the_columns_can_be_institutes(client, world, older):
    add_standard(world, "C1", ["scale"])
    add_standard(world, "A", ["pump", "scale"])
    found = matrix(client, world, day="2026-06-30", across="institutes")
    assert [(one.key, one.tally.covered) for one in found.columns] == [("I-C1", 1), ("I-A", 2)]


def test_what_lapses_by_a_quarter_is_marked_and_the_figure_of_then_stands_beside(
    client, world, older
):
    add_standard(world, "C1", ["scale"], (FIRST, date(2026, 12, 31)))
    add_standard(world, "A", ["pump"], (FIRST, date(2026, 12, 30)))
    found = matrix(client, world, day="2026-06-30", horizon="2026Q4")
    assert [row.item.code for row in found.lapsing] == ["1.2"]
    assert (found.now.covered, found.then.covered, found.then.total) == (2, 1, 3)


def test_a_day_and_quarter_that_do_not_fit_are_told_at_the_quarter(client, world, older):
    page = get(client, world, "standards:coverage", day="2026-06-30", horizon="2025Q4")
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"horizon"}
    assert get(client, world, "standards:coverage", day="x").status_code == 422


def test_a_day_before_every_catalogue_says_so(client, world, older):
    page = get(client, world, "standards:coverage", day="1990-01-01")
    assert page.status_code == 200
    assert page.context["matrix"].now.version is None


def test_the_matrix_as_a_file_states_its_number_and_day(client, world, older):
    add_standard(world, "C1", ["scale"])
    text = get(client, world, "standards:coverage-export", day="2026-06-30").content.decode(
        "utf-8-sig"
    )
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[2][1] == "2026-06-30"
    assert rows[5][1:4:2] == ["1", "3"]
    assert len(rows) == 9 + 4


def test_a_city_cannot_look_at_another_city(client, world, older):
    code = world.units["C2"].code
    page = get(client, world, "standards:coverage", person="city_leader", organisation=code)
    assert page.status_code == 422


def test_coverage_over_the_api_has_the_numbers_of_the_page(client, world, older):
    add_standard(world, "A", ["scale"])
    rows = get(client, world, "api:coverage-list", day="2026-06-30", level="city,county").json()
    by_unit = {row["organisation"]: row for row in rows["results"]}
    city = by_unit[world.units["C1"].code]
    assert (city["covered"], city["total"], city["unknown"]) == (1, 3, 1)
    assert (city["rate"], city["version"], city["levels"]) == (
        *("0.333333", "v1", ["city", "county"]),
    )
    one = get(client, world, "api:coverage-detail", world.units["C1"].code, day="2026-06-30")
    items = {item["code"]: item for item in one.json()["items"]}
    assert items["1.1"]["standing"] == "covered"
    assert items["1.1"]["covered_by"][0]["until"] == "2029-12-31"
    assert one.json()["rate"] == "0.333333"


def test_the_api_refuses_what_it_does_not_know(client, world, older):
    for query in ({"level": "village"}, {"day": "soon"}, {"colour": "red"}, {"version": "v9"}):
        answer = get(client, world, "api:coverage-list", **query)
        assert answer.status_code == 400, query
        assert set(answer.json()["fields"]) == set(query)


def test_the_catalogue_over_the_api_is_narrowed_by_version_day_kind(client, world, older):
    def codes(**query):
        rows = get(client, world, "api:catalogue-list", **query).json()["results"]
        return [row["code"] for row in rows]

    assert codes(version="v1") == ["1", "1.1", "1.2", "1.3", "1.4"]
    assert codes(kind="pump") == ["1.2"]
    assert codes(day="2019-12-31") == []
    assert codes(regulation="?") == ["1.4"]
