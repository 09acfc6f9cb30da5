"""Real changes of the map: old quarters keep the old tree, and are read again on today's."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from indicators.models import DirtyMark, Progress, RollUp, Series
from indicators.selectors.todays_map import TodaysFigure, todays_map, todays_series
from indicators.services import recompute
from indicators.services.map_changes import follow_calendar
from indicators.services.recompute import drain, recompute_all
from metroplan.common.periods import Period
from metroplan.organisations.map_changes import ChangeOrder, Successor
from metroplan.organisations.models import Level, OrganisationLink
from metroplan.organisations.services.changes import apply_change, preview_change
from metroplan.submissions.models import Submission
from tests.world import World, add_indicator, add_measure, add_unit, report, settle

TODAY = date(2023, 2, 1)
CITIES = {"常州市": "320400", "梧州市": "450400", "百色市": "451000", "大同市": "140200"}
COUNTIES = {
    "320482": ("金坛市", "常州市"),
    "320405": ("戚墅堰区", "常州市"),
    "320412": ("武进区", "常州市"),
    "450403": ("万秀区", "梧州市"),
    "450404": ("蝶山区", "梧州市"),
    "451025": ("靖西县", "百色市"),
    "140202": ("城区", "大同市"),
    "140203": ("矿区", "大同市"),
    "140211": ("南郊区", "大同市"),
}
HALF = Decimal("0.5")


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    """The newest closed quarter is 2022Q4."""
    monkeypatch.setattr(recompute.timezone, "localdate", lambda: TODAY)


@pytest.fixture
def real(world) -> World:
    """Four real cities with the counties that changed, under one form that opens in 2012."""
    for name, code in CITIES.items():
        add_unit(world, name, Level.CITY, "P", code=code, name_zh=name)
    for code, (name, city) in COUNTIES.items():
        add_unit(world, code, Level.COUNTY, city, code=code, name_zh=name)
    settle(world)
    world.form.opens = world.plan.starts = Period.parse("2012Q1")
    world.form.save()
    world.plan.save()
    add_measure(world, "labs")
    add_measure(world, "visits", accumulation="flow")
    add_measure(world, "passed", kind="ratio", roll_up="ratio")
    add_measure(world, "score", roll_up="mean", mean_level="county")
    add_measure(world, "online", kind="yes_no", roll_up="share")
    for key in ("labs", "visits", "passed", "score"):
        add_indicator(world, key, key, {2025: 80})
    add_indicator(world, "online", "online", {2025: None}, comparator="done")
    add_indicator(world, "visits-sum", "visits", {2025: 99}, window="since_plan_start")
    recompute_all()
    return world


def change(world: World, kind: str, on: str, codes, successors=(), parent=None):
    done = apply_change(
        kind=kind,
        effective_on=date.fromisoformat(on),
        units=[world.units[code] for code in codes],
        successors=successors,
        parent=parent,
        document="测试函〔2015〕1号",
        actor=world.people["staff"],
        today=TODAY,
    )
    for part in done.parts.select_related("target"):
        world.units[part.target.code] = part.target
    drain()
    return done


def stored() -> tuple[set, set]:
    roll_ups = RollUp.objects.values_list(
        "series", "organisation", "period", "value", "numerator", "reported", "expected", "newest"
    )
    statuses = Progress.objects.values_list(
        "indicator", "organisation", "period", "actual", "expected", "target", "status"
    )
    return set(roll_ups), set(statuses)


def assert_incremental_is_full() -> None:
    assert not DirtyMark.objects.exists()
    incremental = stored()
    recompute_all()
    full = stored()
    for before, after in zip(incremental, full, strict=True):
        gone, new = before - after, after - before
        assert (sorted(map(str, gone))[:3], sorted(map(str, new))[:3]) == ([], [])


def series_of(measure: str, window: str = "as_is") -> Series:
    return Series.objects.select_related("measure").get(measure__code=measure, window=window)


def total(measure: str, world: World, unit: str, period: str, window: str = "as_is"):
    return RollUp.objects.get(
        series=series_of(measure, window),
        organisation=world.units[unit],
        period=Period.parse(period),
    )


def on_todays_map(
    world: World, measure: str, unit: str, period: str, window: str = "as_is"
) -> dict[str, TodaysFigure]:
    lines = todays_map(
        series_of(measure, window),
        world.units[unit],
        Period.parse(period),
        world.people["staff"],
        today=TODAY,
    )
    return {line.unit.code: line for line in lines}


def codes(line: TodaysFigure) -> list[str]:
    return [source.code for source in line.sources]


def rename_jintan(world: World) -> None:
    change(world, "rename", "2015-04-01", ["320482"], [Successor("320413", name_zh="金坛区")])


def test_jintan_city_becomes_a_district_and_the_total_of_changzhou_goes_on(real):
    report(real, "labs", "320482", "2015Q1", 5)
    report(real, "labs", "320412", "2015Q1", 7)
    rename_jintan(real)
    report(real, "labs", "320413", "2015Q2", 6)
    report(real, "labs", "320412", "2015Q2", 7)
    drain()
    assert total("labs", real, "常州市", "2015Q1").value == 12
    assert total("labs", real, "常州市", "2015Q2").value == 13
    before, after = (total("labs", real, "常州市", k) for k in ("2015Q1", "2015Q2"))
    assert (before.expected, after.expected) == (3, 3)
    assert_incremental_is_full()


def test_jintan_is_one_line_on_todays_map(real):
    report(real, "labs", "320482", "2014Q4", 4)
    report(real, "labs", "320482", "2015Q1", 5)
    rename_jintan(real)
    report(real, "labs", "320413", "2015Q2", 6)
    drain()
    lines = on_todays_map(real, "labs", "常州市", "2014Q4")
    assert (lines["320413"].value, codes(lines["320413"])) == (4, ["320482"])
    assert "320482" not in lines
    line = todays_series(
        series_of("labs"),
        real.units["320413"],
        [Period.parse("2014Q4") + step for step in range(3)],
        real.people["staff"],
        today=TODAY,
    )
    assert [(str(point.period), point.value) for point in line] == [
        ("2014Q4", 4),
        ("2015Q1", 5),
        ("2015Q2", 6),
    ]


def test_the_old_units_figure_is_not_carried_into_the_new_one(real):
    """The observation stays with the unit that made it; the new unit reports anew."""
    report(real, "labs", "320482", "2015Q1", 5)
    rename_jintan(real)
    row = total("labs", real, "320413", "2015Q2")
    assert (row.value, row.reported, row.expected) == (None, 0, 1)


def test_a_running_sum_goes_on_over_a_rename_on_todays_map(real):
    report(real, "visits", "320482", "2015Q1", 10)
    rename_jintan(real)
    report(real, "visits", "320413", "2015Q2", 3)
    drain()
    lines = on_todays_map(real, "visits", "常州市", "2015Q2", "since_plan_start")
    assert (lines["320413"].value, lines["320413"].expected) == (13, 1)
    assert "320400" not in lines
    assert total("visits", real, "常州市", "2015Q2", "since_plan_start").value == 13
    assert_incremental_is_full()
    own = on_todays_map(real, "visits", "320413", "2015Q2", "since_plan_start")
    assert own["320413"].value == 13


def test_qishuyan_goes_into_wujin_and_both_terms_of_a_rate_add(real):
    report(real, "passed", "320405", "2015Q1", (1, 90))
    report(real, "passed", "320412", "2015Q1", (9, 10))
    change(real, "merge", "2015-04-01", ["320405"], [Successor("320412")])
    line = on_todays_map(real, "passed", "常州市", "2015Q1")["320412"]
    assert (line.value, line.numerator, line.denominator) == (10, 10, 100)
    assert (line.reported, line.expected, codes(line)) == (2, 2, ["320405"])
    assert not line.estimated


def test_a_rate_of_the_merged_unit_leaves_the_total_of_an_old_quarter_as_it_was(real):
    report(real, "passed", "320405", "2015Q1", (1, 90))
    report(real, "passed", "320412", "2015Q1", (9, 10))
    drain()
    before = stored()
    change(real, "merge", "2015-04-01", ["320405"], [Successor("320412")])
    turn = Period.parse("2015Q2")
    assert {row for row in before[0] if row[2] < turn} == {r for r in stored()[0] if r[2] < turn}
    assert total("passed", real, "常州市", "2015Q1").expected == 3
    assert total("passed", real, "常州市", "2015Q2").expected == 2


def test_dieshan_goes_into_wanxiu_and_their_mean_is_not_comparable(real):
    for code, score in (("450403", 80), ("450404", 90)):
        report(real, "score", code, "2012Q4", score)
        report(real, "labs", code, "2012Q4", score)
        report(real, "online", code, "2012Q4", 1)
    change(real, "merge", "2013-02-01", ["450404"], [Successor("450403")])
    assert on_todays_map(real, "labs", "梧州市", "2012Q4")["450403"].value == 170
    for measure in ("score", "online"):
        line = on_todays_map(real, measure, "梧州市", "2012Q4")["450403"]
        assert (line.comparable, line.reason, line.value) == (False, "not_divisible", None)
        assert line.reason_text
    assert total("score", real, "梧州市", "2012Q4").value == 85


def test_jingxi_county_becomes_a_city_and_even_its_mean_stays_comparable(real):
    report(real, "score", "451025", "2015Q2", 80)
    report(real, "online", "451025", "2015Q2", 1)
    change(real, "rename", "2015-08-01", ["451025"], [Successor("451081", name_zh="靖西市")])
    line = on_todays_map(real, "score", "百色市", "2015Q2")["451081"]
    assert (line.value, line.comparable, codes(line)) == (80, True, ["451025"])
    assert on_todays_map(real, "online", "百色市", "2015Q2")["451081"].value == 100
    assert total("score", real, "百色市", "2015Q2").expected == 1


def reorganise_datong(world: World) -> None:
    on = "2018-02-01"
    change(world, "merge", on, ["140202"], [Successor("140213", name_zh="平城区")])
    change(world, "merge", on, ["140203"], [Successor("140214", name_zh="云冈区")])
    halves = [Successor("140213", HALF), Successor("140214", HALF)]
    change(world, "split", on, ["140211"], halves)


def test_datong_is_reorganised_and_the_divided_district_is_shared_by_weight(real):
    for code, labs, terms in (("140202", 4, (1, 2)), ("140203", 6, (3, 4)), ("140211", 3, (5, 5))):
        report(real, "labs", code, "2017Q4", labs)
        report(real, "passed", code, "2017Q4", terms)
    reorganise_datong(real)
    assert_incremental_is_full()
    labs = on_todays_map(real, "labs", "大同市", "2017Q4")
    assert {code: line.value for code, line in labs.items()} == {
        "140213": Decimal("5.5"),
        "140214": Decimal("7.5"),
    }
    assert labs["140213"].estimated
    assert codes(labs["140213"]) == ["140202", "140211"]
    rate = on_todays_map(real, "passed", "大同市", "2017Q4")["140213"]
    assert (rate.numerator, rate.denominator) == (Decimal("3.5"), Decimal("4.5"))
    assert total("labs", real, "大同市", "2017Q4").value == 13
    assert total("labs", real, "大同市", "2018Q1").expected == 2


def test_a_chain_of_changes_is_followed_to_its_end(real):
    report(real, "labs", "140211", "2017Q4", 8)
    reorganise_datong(real)
    change(real, "rename", "2020-01-01", ["140213"], [Successor("140219", name_zh="新平城区")])
    change(real, "merge", "2021-01-01", ["140214"], [Successor("140219")])
    line = on_todays_map(real, "labs", "大同市", "2017Q4")["140219"]
    assert (line.value, line.comparable, codes(line)) == (
        8,
        True,
        ["140202", "140203", "140211"],
    )


def test_a_unit_that_goes_on_after_a_split_gives_a_part_away_only_before_it(real):
    report(real, "labs", "450403", "2012Q4", 10)
    halves = [Successor("450403", HALF), Successor("450406", HALF, "龙圩区")]
    change(real, "split", "2013-02-01", ["450403"], halves)
    report(real, "labs", "450403", "2013Q1", 6)
    drain()
    before = on_todays_map(real, "labs", "梧州市", "2012Q4")
    assert (before["450403"].value, before["450406"].value) == (5, 5)
    after = on_todays_map(real, "labs", "梧州市", "2013Q1")
    assert (after["450403"].value, after["450406"].value) == (6, None)


def test_a_transferred_county_brings_its_past_to_the_new_city(real):
    report(real, "labs", "320412", "2015Q1", 7)
    change(real, "transfer", "2016-01-01", ["320412"], parent=real.units["梧州市"])
    report(real, "labs", "320412", "2016Q1", 9)
    drain()
    assert_incremental_is_full()
    assert total("labs", real, "常州市", "2015Q1").value == 7
    assert total("labs", real, "梧州市", "2016Q1").value == 9
    assert "320412" not in on_todays_map(real, "labs", "常州市", "2015Q1")
    assert on_todays_map(real, "labs", "梧州市", "2015Q1")["320412"].value == 7
    province = on_todays_map(real, "labs", "P", "2015Q1")
    assert (province["320400"].value, province["450400"].value) == (None, 7)


def test_an_abolished_unit_stands_apart_on_todays_map(real):
    report(real, "labs", "320405", "2015Q1", 2)
    change(real, "abolish", "2016-01-01", ["320405"])
    line = on_todays_map(real, "labs", "常州市", "2015Q1")["320405"]
    assert (line.value, line.comparable, line.reason) == (2, False, "no_successor")


def test_a_change_still_to_come_is_not_followed(real):
    report(real, "labs", "320482", "2022Q4", 5)
    change(real, "rename", "2023-06-01", ["320482"], [Successor("320413", name_zh="金坛区")])
    assert on_todays_map(real, "labs", "常州市", "2022Q4")["320482"].value == 5


def test_a_change_entered_ahead_moves_the_unit_on_its_day(real):
    change(real, "transfer", "2023-03-01", ["320412"], parent=real.units["梧州市"])
    assert follow_calendar(today=date(2023, 2, 28)) == 0
    assert follow_calendar(today=date(2023, 3, 1)) == 1
    real.units["320412"].refresh_from_db()
    assert "/450400/" in real.units["320412"].path
    drain()
    assert_incremental_is_full()


def test_a_preview_counts_what_is_touched_and_stores_nothing(real):
    report(real, "labs", "320482", "2014Q4", 4)
    report(real, "labs", "320482", "2015Q1", 5)
    drain()
    before = (stored(), OrganisationLink.objects.count())
    order = ChangeOrder(
        "rename",
        date(2015, 4, 1),
        (real.units["320482"],),
        "文",
        (Successor("320413", name_zh="金坛区"),),
    )
    seen = preview_change(order=order, today=TODAY)
    numbers = [count.number for count in seen.counts]
    assert numbers[:2] == [2, 2]
    assert [one.code for one in seen.begun] == ["320413"]
    assert (stored(), OrganisationLink.objects.count()) == before
    assert not DirtyMark.objects.exists()


def test_a_new_unit_gets_the_form_of_the_newest_quarter_at_once(real):
    change(real, "rename", "2022-11-01", ["320482"], [Successor("320413", name_zh="金坛区")])
    assert Submission.objects.filter(
        organisation__code="320413", period=Period.parse("2022Q4")
    ).exists()


def test_todays_map_asks_the_same_queries_for_two_units_and_for_twenty(
    real, django_assert_num_queries
):
    for number in range(18):
        key = f"32{number + 4500}"
        add_unit(real, key, Level.COUNTY, "常州市", code=key, name_zh=key)
        report(real, "labs", key, "2015Q1", number)
    settle(real)
    drain()
    for unit in ("百色市", "常州市"):
        with django_assert_num_queries(3):
            on_todays_map_only(real, unit)


def on_todays_map_only(world: World, unit: str) -> None:
    series = Series(pk=1, measure=world.measures["labs"], window="as_is")
    todays_map(
        series, world.units[unit], Period.parse("2015Q1"), world.people["staff"], today=TODAY
    )


def test_the_indicator_page_switches_to_todays_map(real, client):
    report(real, "labs", "320482", "2015Q1", 5)
    rename_jintan(real)
    client.force_login(real.people["staff"])
    address = reverse("indicators:indicator-detail", args=["test-plan", "labs"])
    asked = {"organisation": "320400", "period": "2015Q1"}
    assert client.get(address, asked).context["todays"] is None
    lines = client.get(address, asked | {"map": "today"}).context["todays"]
    assert {line.unit.code: line.value for line in lines}["320413"] == 5
