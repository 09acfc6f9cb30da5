"""A target broken down to the units below: parts that add up, from a form, a file or a method."""

from datetime import date
from decimal import Decimal as D
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from indicators.models import Revision, Target
from indicators.rules.breakdown import check_counts, check_rates, split
from indicators.selectors.breakdown import breakdown_page, proposed_parts
from indicators.services.breakdown import Part, propose_breakdown
from indicators.services.breakdown_file import read_breakdown
from indicators.services.recompute import drain
from indicators.services.revision_values import TargetValues
from indicators.services.revisions import Papers
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from tests.world import add_target, report

PAPERS = Papers(date(2023, 1, 15), "省计字〔2023〕2号", "目标分解")
NOW = Period.parse("2022Q4")


def numbers(*texts: str | int) -> list[D]:
    return [D(text) for text in texts]


@pytest.mark.parametrize(
    ("whole", "weights", "decimals", "parts"),
    [
        (80, (1, 1), 0, (40, 40)),
        (100, (1, 1, 1), 0, (34, 33, 33)),
        (10, (3, 3, 4), 0, (3, 3, 4)),
        (7, (1, 2, 4), 0, (1, 2, 4)),
        (5, (1, 1, 1, 1, 1, 1), 0, (1, 1, 1, 1, 1, 0)),
        (10, (0, 5, 5), 0, (0, 5, 5)),
        (1, (1, 1, 1), 2, ("0.34", "0.33", "0.33")),
        ("10.5", (1, 2), 0, (3, "7.5")),
        (0, (1, 1), 0, (0, 0)),
    ],
)
def test_parts_add_up_to_the_whole(whole, weights, decimals, parts):
    found = split(D(whole), numbers(*weights), decimals)
    assert found == numbers(*parts)
    assert sum(found) == D(whole)


@pytest.mark.parametrize("weights", [(), (0, 0), (-1, 2)])
def test_nothing_is_divided_by_nothing(weights):
    with pytest.raises(ValueError, match="weights"):
        split(D(10), numbers(*weights))


@pytest.mark.parametrize(
    ("parts", "gap"), [((40, 40), 0), ((40, None), 40), ((50, 40), -10), ((), 80)]
)
def test_the_gap_is_what_nobody_has_yet(parts, gap):
    found = check_counts(D(80), [None if part is None else D(part) for part in parts])
    assert found.gap == gap
    assert found.holds == (gap == 0)


@pytest.mark.parametrize(
    ("comparator", "lenient"), [("at_least", (0,)), ("at_most", (2,)), ("equal", (0,))]
)
def test_a_rate_below_must_not_ask_for_less(comparator, lenient):
    assert check_rates(D(95), numbers(90, 95, 99), comparator).lenient == lenient


def proposed(world, method, measure="", indicator="standards", unit="P"):
    parts = proposed_parts(
        world.indicators[indicator], world.units[unit], NOW, world.people["staff"],
        method=method, measure=measure,
    )  # fmt: skip
    names = {unit.pk: key for key, unit in world.units.items()}
    return {names[unit]: low for (unit, _year), (low, _high) in parts.items()}


def test_the_three_methods(world):
    report(world, "standards", "A", "2020Q4", 30)
    report(world, "standards", "D", "2020Q4", 10)
    report(world, "units", "A", "2022Q4", 1)
    report(world, "units", "D", "2022Q4", 4)
    drain()
    assert proposed(world, "equal") == {"C1": 40, "C2": 40}
    assert proposed(world, "baseline") == {"C1": 60, "C2": 20}
    assert proposed(world, "weight", "units") == {"C1": 16, "C2": 64}


def test_a_rate_is_not_divided(world):
    assert proposed(world, "equal", indicator="rate") == {"C1": 95, "C2": 95}


def test_without_figures_there_is_nothing_to_divide_by(world):
    with pytest.raises(MetroplanError) as refused:
        proposed(world, "baseline")
    assert refused.value.code == "breakdown.no_weights"


def parts_of(world, **lows) -> list[Part]:
    return [Part(world.units[key], 2025, TargetValues(D(low))) for key, low in lows.items()]


def send(world, parts):
    return propose_breakdown(
        indicator=world.indicators["standards"], parts=parts, papers=PAPERS,
        actor=world.people["staff"],
    )  # fmt: skip


def test_only_what_differs_is_proposed_as_one_bundle(world):
    add_target(world, "standards", "C1", 2025, 40)
    made = send(world, parts_of(world, C1=40, C2=30, A=20))
    assert [row.organisation for row in made] == [world.units["C2"], world.units["A"]]
    assert len({row.bundle for row in made}) == 1
    assert Target.objects.filter(indicator=world.indicators["standards"]).count() == 2


def test_one_wrong_part_refuses_all_and_every_wrong_one_is_named(world):
    with pytest.raises(MetroplanError) as refused:
        send(world, parts_of(world, C1=-1, C2=30, A=-2))
    assert refused.value.code == "breakdown.refused"
    assert set(refused.value.fields) == {
        f"{world.units['C1'].code}.2025", f"{world.units['A'].code}.2025"
    }  # fmt: skip
    assert not Revision.objects.exists()


def test_the_page_shows_sum_and_gap(world):
    add_target(world, "standards", "C1", 2025, 50)
    add_target(world, "standards", "C2", 2025, 20)
    page = breakdown_page(
        world.indicators["standards"], world.units["P"], NOW, world.people["staff"]
    )
    [column] = page.columns
    assert (column.low, column.check.total, column.check.gap) == (80, 70, 10)


def test_a_proposal_that_waits_is_counted_with_what_it_asks_for(world):
    send(world, parts_of(world, C1=50))
    parts = {(world.units[key].pk, 2025): (D(40), None) for key in ("C1", "C2")}
    page = breakdown_page(
        world.indicators["standards"], world.units["P"], NOW, world.people["staff"], parts
    )
    assert [row.cells[0].low for row in page.rows] == [50, 40]
    assert page.columns[0].check.gap == -10


def read(world, text: str, encoding="utf-8"):
    units = [world.units["C1"], world.units["C2"]]
    return read_breakdown(text.encode(encoding), "parts.csv", units, [2025])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read(world, encoding):
    text = '单位代码,年份,目标值\n{},2025,4０\n{},2025,"1,040"\n'
    codes = world.units["C1"].code, world.units["C2"].code
    found = read(world, text.format(*codes), encoding)
    assert not found.issues
    assert list(found.parts.values()) == [(40, None), (1040, None)]


def test_every_issue_of_a_file_comes_at_once(world):
    code = world.units["C1"].code
    lines = [
        "organisation,year,low,high",
        "999999,2025,4",
        f"{code},2024,4",
        f"{code},2025,four",
        f"{code},2025,4",
        f"{code},2025,5",
    ]
    found = read(world, "\n".join(lines))
    assert [(issue.row, issue.column) for issue in found.issues] == [
        (2, "A"), (3, "B"), (4, "C"), (6, "A")
    ]  # fmt: skip
    assert not found.parts


@pytest.mark.parametrize("text", ["", "organisation,year\n", "organisation,year,low\n"])
def test_a_file_without_parts_is_refused(world, text):
    assert read(world, text).issues


def address(name="indicator-breakdown", indicator="standards") -> str:
    return reverse(f"indicators:{name}", args=["test-plan", indicator])


def test_a_breakdown_goes_from_the_page_to_the_second_person(client, world):
    client.force_login(world.people["staff"])
    units = world.units
    answer = client.get(address(), {"method": "equal", "measure": ""})
    assert answer.status_code == 200
    assert answer.context["page"].columns[0].check.holds
    sent = {f"low-{units[key].pk}-2025": "40" for key in ("C1", "C2")} | {
        "effective_from": "2023-01-15", "document": "号", "reason": "分解"
    }  # fmt: skip
    assert client.post(address(), sent).status_code == 302
    bundle = Revision.objects.values_list("bundle", flat=True).distinct().get()
    approve = reverse("indicators:bundle-approve", args=[bundle])
    assert client.post(approve).status_code == 403
    client.force_login(world.people["reviewer"])
    assert client.get(reverse("indicators:revision-list")).status_code == 200
    assert client.post(approve).status_code == 302
    assert Target.objects.filter(organisation__in=[units["C1"], units["C2"]], low=40).count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [({"document": ""}, 422), ({"low": "forty"}, 422), ({"low": "-4"}, 422), ({"low": ""}, 422)],
)
def test_a_wrong_breakdown_shows_the_page_again(client, world, change, code):
    client.force_login(world.people["staff"])
    sent = {"effective_from": "2023-01-15", "document": "号", "reason": "分解"} | change
    sent[f"low-{world.units['C1'].pk}-2025"] = change.get("low", "40")
    assert client.post(address(), sent).status_code == code
    assert not Revision.objects.exists()


def test_a_file_fills_the_table_and_its_own_export_is_such_a_file(client, world):
    client.force_login(world.people["staff"])
    add_target(world, "standards", "C1", 2025, 40)
    content = client.get(address("indicator-breakdown-export")).content
    file = SimpleUploadedFile("parts.csv", content)
    answer = client.post(address("indicator-breakdown-import"), {"file": file})
    assert answer.status_code == 200
    assert answer.context["page"].rows[0].cells[0].low == 40
    wrong = SimpleUploadedFile("parts.csv", b"organisation,year,low\n1,2,3\n")
    answer = client.post(address("indicator-breakdown-import"), {"file": wrong})
    assert (answer.status_code, len(answer.context["issues"])) == (422, 2)


@pytest.mark.parametrize("person", ["leader", "reviewer", "clerk"])
def test_who_may_not_propose_sees_the_table_only(client, world, person):
    client.force_login(world.people[person])
    answer = client.get(address())
    assert answer.status_code == 200
    assert 'id="breakdown"' not in answer.content.decode()
    assert client.post(address(), {}).status_code == 403


def test_an_unknown_bundle_is_not_found(client, world):
    client.force_login(world.people["reviewer"])
    assert client.post(reverse("indicators:bundle-approve", args=[uuid4()])).status_code == 404
