from decimal import Decimal as D

import pytest

from indicators.rules import (
    Anchor,
    AssessInput,
    Goal,
    MilestoneTarget,
    Status,
    Subject,
    Trajectory,
    assess,
    explain,
    year_end,
)
from indicators.rules.wording import CHINESE, ENGLISH
from metroplan.common.periods import Period


def say(when, y, *, low="80", base="0", comparator="at_least", mode="reach", unit="items", **more):
    """The Chinese and the English sentence on a figure, from a baseline at 2020Q4 to 2025Q4."""
    target = MilestoneTarget(
        year_end(2025), D(low), more.pop("high", None), more.pop("approximate", False)
    )
    decimals = more.pop("decimals", 0)
    goal = Goal(Trajectory((target,), Anchor(year_end(2020), D(base))), comparator, mode, decimals)
    share = more.pop("share", False)
    newest = more.get("newest")
    k = Period.parse(when).index
    result = assess(AssessInput(goal, k, None if y is None else D(y), **more))
    subject = Subject(
        indicator_zh="新建标准",
        indicator_en="New standards",
        organisation_zh="岳阳市",
        organisation_en="Yueyang",
        unit_zh="项" if unit == "items" else unit,
        unit_en=unit,
        decimals=decimals,
        comparator=comparator,
        mode=mode,
        share=share,
        high=target.high,
        approximate=target.approximate,
        newest=None if newest is None else Period(newest),
    )
    return result.status, explain(result, subject, "zh"), explain(result, subject, "en")


PERCENT = {"unit": "%", "decimals": 1}
CASES = [
    (
        ("2022Q4", "30", {}),
        "slightly_behind",
        "截至2022年第四季度，岳阳市“新建标准”为30项，按计划进度应为32项，进度比93.8%，落后0.5个季度，"
        "略有滞后；2025年目标为不低于80项，已完成37.5%。",
        "At 2022 Q4, Yueyang: “New standards” stands at 30 items where the plan's path asks for "
        "32 items: a schedule ratio of 93.8%, 0.5 quarters behind, slightly behind; the 2025 "
        "target is at least 80 items, of which 37.5% is done.",
    ),
    (
        ("2022Q4", "40", {}),
        "ahead",
        "进度比125.0%，提前2.0个季度，超前；",
        "125.0%, 2.0 quarters early, ahead of schedule;",
    ),
    (
        ("2022Q4", "32", {"low": "80"}),
        "on_track",
        "进度比100.0%，与计划同步，进度正常；",
        "100.0%, level with the plan, on track;",
    ),
    (("2022Q4", "20", {}), "behind", "落后3.0个季度，滞后；", "3.0 quarters behind, behind;"),
    (("2022Q4", "8", {}), "seriously_behind", "严重滞后；", "seriously behind;"),
    (
        ("2022Q4", None, {}),
        "no_data",
        "截至2022年第四季度，岳阳市“新建标准”尚无数据，不能与2025年目标（不低于80项）比较。",
        "At 2022 Q4, Yueyang: “New standards” has no figure yet to compare with the 2025 target "
        "(at least 80 items).",
    ),
    (
        ("2022Q4", None, {"newest": year_end(2021) - 3}),
        "stale",
        "没有可用的数据：最近一次为2021年第一季度，已超过4个季度的沿用期限。",
        "the newest, of 2021 Q1, is older than the 4 quarters a figure is carried forward.",
    ),
    (
        ("2022Q4", "80", {}),
        "achieved",
        "为80项，已达到2025年目标（不低于80项）。",
        "stands at 80 items and has met the 2025 target (at least 80 items).",
    ),
    (
        ("2026Q1", "78", {}),
        "missed",
        "为78项，2025年目标（不低于80项）期限已过而未达到，相差2项。",
        "has missed the 2025 target (at least 80 items), now past, by 2 items.",
    ),
    (
        ("2020Q4", "0", {}),
        "baseline",
        "为0项，处于起点，2025年目标为不低于80项。",
        "stands at its starting point of 0 items; the 2025 target is at least 80 items.",
    ),
    (
        ("2022Q4", "15", {"base": "20"}),
        "regressing",
        "为15项，比起点的20项低5项，出现倒退；",
        "stands at 15 items, 5 items below its starting point of 20 items, and is falling back;",
    ),
    (
        ("2022Q4", "42.5", {"base": "40", "low": "10", "comparator": "at_most", **PERCENT}),
        "regressing",
        "为42.5%，比起点的40.0%高2.5个百分点，出现倒退；2025年目标为不高于10.0%。",
        "42.5%, 2.5 percentage points above its starting point of 40.0%, and is falling back; "
        "the 2025 target is at most 10.0%.",
    ),
    (
        ("2022Q4", "94.5", {"base": "90", "low": "95", "mode": "maintain", **PERCENT}),
        "slightly_behind",
        "为94.5%，应保持不低于95.0%，相差0.5个百分点（目标值的0.5%），略有滞后。",
        "94.5% where at least 95.0% is to be kept: off by 0.5 percentage points (0.5% of the "
        "target), slightly behind.",
    ),
    (
        ("2020Q3", "21", {"base": "20"}),
        "ahead",
        "为21项，按计划进度应为20项，超前；2025年目标为不低于80项。",
        "stands at 21 items where the plan's path asks for 20 items: ahead of schedule;",
    ),
    (
        ("2024Q4", "0", {"low": "1", "comparator": "done"}),
        "due_soon",
        "截至2024年第四季度，岳阳市“新建标准”尚未完成，应于2025年底前完成，还有4个季度，即将到期。",
        "is not done yet and is to be done by the end of 2025: quarters left: 4, due soon.",
    ),
    (
        ("2025Q4", "0", {"low": "1", "comparator": "done"}),
        "due_soon",
        "应于2025年底前完成，期限就是本季度末，即将到期。",
        "by the end of 2025: the time ends with this quarter, due soon.",
    ),
    (
        ("2022Q4", "0", {"low": "1", "comparator": "done"}),
        "not_due",
        "还有12个季度，尚未到期。",
        "quarters left: 12, not due yet.",
    ),
    (
        ("2022Q4", "1", {"low": "1", "comparator": "done"}),
        "achieved",
        "“新建标准”已完成，达到2025年目标。",
        "“New standards” is done, as the 2025 target asks.",
    ),
    (
        ("2026Q1", "0", {"low": "1", "comparator": "done"}),
        "missed",
        "“新建标准”尚未完成，2025年的期限已过。",
        "“New standards” is not done yet, and its time ran out with 2025.",
    ),
    (
        ("2022Q4", "60", {"low": "100", "comparator": "done", "share": True}),
        "not_due",
        "只有60%的单位完成，应于2025年底前全部完成，",
        "is done in only 60% of the units and is to be done in all units by the end of 2025:",
    ),
    (
        ("2022Q4", "100", {"low": "100", "comparator": "done", "share": True}),
        "achieved",
        "已有100%的单位完成，达到2025年目标（全部单位完成）。",
        "is done in 100% of the units and has met the 2025 target (done in all units).",
    ),
    (
        ("2022Q4", "3", {"low": "1", "high": D(2), "comparator": "range"}),
        "achieved",
        "已达到2025年目标（1至2项）；已高于上限2项，仅作提示。",
        "(1 to 2 items); it is above the upper end of 2 items, which is noted only.",
    ),
    (
        ("2022Q4", "9", {"low": "10", "approximate": True}),
        "achieved",
        "已达到2025年目标（10项左右）。",
        "has met the 2025 target (about 10 items).",
    ),
    (
        ("2025Q4", "94.96", {"base": "90", "low": "95", **PERCENT}),
        "on_track",
        "为94.96%，按计划进度应为95.0%，",
        "it meets the target only when rounded to 95.0%, and the full value is what counts.",
    ),
    (
        ("2022Q4", "80", {"reported": 2, "units_expected": 3, "carried": 1}),
        "achieved",
        "；含1个单位沿用以前的数据；应报3个单位中只有2个已报，结果为暂定。",
        "; figures carried forward are included, units: 1; only 2 of 3 units have reported, so "
        "this is provisional.",
    ),
]


@pytest.mark.parametrize(("figure", "status", "chinese", "english"), CASES)
def test_status_states_itself_with_its_numbers(figure, status, chinese, english):
    when, y, more = figure
    stated, zh, en = say(when, y, **more)
    assert stated == status
    assert chinese in zh
    assert english in en
    assert "None" not in zh + en


def test_every_status_has_a_case():
    assert {status for _, status, _, _ in CASES} == {status.value for status in Status}


def test_large_numbers_are_grouped_as_on_the_pages():
    _, zh, en = say("2026Q3", "657699", low="1000000")
    assert zh.startswith(
        "截至2026年第三季度，岳阳市“新建标准”为657,699项，2025年目标（不低于1,000,000项）"
    )
    assert "相差342,301项" in zh
    assert "stands at 657,699 items" in en


def test_gap_too_small_for_the_usual_places_gets_more():
    _, zh, _ = say("2026Q1", "94.996", base="90", low="95", **PERCENT)
    assert "为94.996%" in zh
    assert "相差0.004个百分点" in zh


@pytest.mark.parametrize(("y", "words"), [(None, "目标也无法计算"), ("5", "因没有基期值")])
def test_growth_without_a_base_value_says_so(y, words):
    result = assess(AssessInput(Goal(None, "at_least"), year_end(2022), y and D(y)))
    subject = Subject("增长", "Growth", "岳阳市", "Yueyang", "项", "items", 0, "at_least")
    assert words in explain(result, subject, "zh")
    assert "cannot be worked out" in explain(result, subject, "en")


def test_both_languages_have_the_same_texts():
    for field in ("sentences", "goals", "notes"):
        assert getattr(CHINESE, field).keys() == getattr(ENGLISH, field).keys()
