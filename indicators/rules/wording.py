"""The texts of the explanations, in both languages; both are always written.

Not gettext: a stored status states itself in Chinese and in English whoever reads it.
"""

from dataclasses import dataclass

from indicators.rules.terms import Comparator, Status


@dataclass(frozen=True, slots=True)
class Words:
    """`sentences` by status or variant, `goals` by comparator, `notes` by what they note."""

    sentences: dict[str, str]
    goals: dict[str, str]
    approximate: str
    notes: dict[str, str]
    behind: str
    ahead: str
    abreast: str
    above: str
    below: str
    points: str
    unit_gap: str
    note_join: str
    stop: str

    def quantity(self, number: str, unit: str) -> str:
        gap = "" if unit in ("", "%") else self.unit_gap
        return f"{number}{gap}{unit}"

    def difference(self, number: str, unit: str) -> str:
        return f"{number}{self.points}" if unit == "%" else self.quantity(number, unit)


ON_PATH_ZH = (
    "{head}为{actual}，按计划进度应为{expected}，进度比{ratio}，{lag}，{verdict}；"
    "{year}年目标为{goal}，已完成{attainment}"
)
LEVEL_ZH = "{head}为{actual}，按计划进度应为{expected}，{verdict}；{year}年目标为{goal}"
KEPT_ZH = "{head}为{actual}，应保持{goal}，相差{gap}{gap_share}，{verdict}"
DONE_ZH = "{head}{undone}，应于{year}年底前{task}，{left}，{verdict}"

CHINESE = Words(
    sentences={
        Status.NO_DATA: "{head}尚无数据，不能与{year}年目标（{goal}）比较",
        "no_data_at_all": "{head}尚无数据，目标也无法计算",
        "no_target": "{head}为{actual}，因没有基期值，目标无法计算",
        Status.STALE: "{head}没有可用的数据：最近一次{newest}，已超过{carry}个季度的沿用期限",
        Status.ACHIEVED: "{head}为{actual}，已达到{year}年目标（{goal}）",
        Status.MISSED: "{head}为{actual}，{year}年目标（{goal}）期限已过而未达到，相差{gap}",
        Status.BASELINE: "{head}为{actual}，处于起点，{year}年目标为{goal}",
        Status.REGRESSING: (
            "{head}为{actual}，比起点的{baseline}{worse}{loss}，出现倒退；{year}年目标为{goal}"
        ),
        "path": ON_PATH_ZH,
        "level": LEVEL_ZH,
        "kept": KEPT_ZH,
        "due": DONE_ZH,
        "done": "{head}已完成，达到{year}年目标",
        "all_done": "{head}已有{actual}的单位完成，达到{year}年目标（{goal}）",
        "not_done": "{head}{undone}，{year}年的期限已过",
    },
    goals={
        Comparator.AT_LEAST: "不低于{low}",
        Comparator.AT_MOST: "不高于{low}",
        Comparator.EQUAL: "等于{low}",
        Comparator.RANGE: "{low_number}至{high}",
        Comparator.DONE: "完成",
        "all_done": "全部单位完成",
    },
    approximate="{low}左右",
    notes={
        "rounding": "修约为{rounded}后才达到目标，按全数值比较不算达到",
        "ceiling": "已高于上限{high}，仅作提示",
        "carried": "含{carried}个单位沿用以前的数据",
        "provisional": "应报{units}个单位中只有{reported}个已报，结果为暂定",
        "verdict_ahead": "超前",
        "verdict_on_track": "进度正常",
        "verdict_slightly_behind": "略有滞后",
        "verdict_behind": "滞后",
        "verdict_seriously_behind": "严重滞后",
        "verdict_due_soon": "即将到期",
        "verdict_not_due": "尚未到期",
        "head": "截至{period}，{organisation}“{indicator}”",
        "undone": "尚未完成",
        "share_undone": "只有{actual}的单位完成",
        "task": "完成",
        "share_task": "全部完成",
        "left": "还有{quarters}个季度",
        "left_none": "期限就是本季度末",
        "gap_share": "（目标值的{share}）",
        "newest": "为{quarter}",
        "newest_unknown": "数据",
    },
    behind="落后{quarters}个季度",
    ahead="提前{quarters}个季度",
    abreast="与计划同步",
    above="高",
    below="低",
    points="个百分点",
    unit_gap="",
    note_join="；",
    stop="。",
)

ENGLISH = Words(
    sentences={
        Status.NO_DATA: "{head} has no figure yet to compare with the {year} target ({goal})",
        "no_data_at_all": "{head} has no figure yet, and its target cannot be worked out",
        "no_target": (
            "{head} stands at {actual}, but without a base value its target cannot be worked out"
        ),
        Status.STALE: (
            "{head} has no figure that can be used: the newest{newest} is older than the {carry} "
            "quarters a figure is carried forward"
        ),
        Status.ACHIEVED: "{head} stands at {actual} and has met the {year} target ({goal})",
        Status.MISSED: (
            "{head} stands at {actual} and has missed the {year} target ({goal}), "
            "now past, by {gap}"
        ),
        Status.BASELINE: (
            "{head} stands at its starting point of {actual}; the {year} target is {goal}"
        ),
        Status.REGRESSING: (
            "{head} stands at {actual}, {loss} {worse} its starting point of {baseline}, and is "
            "falling back; the {year} target is {goal}"
        ),
        "path": (
            "{head} stands at {actual} where the plan's path asks for {expected}: a schedule "
            "ratio of {ratio}, {lag}, {verdict}; the {year} target is {goal}, of which "
            "{attainment} is done"
        ),
        "level": (
            "{head} stands at {actual} where the plan's path asks for {expected}: {verdict}; "
            "the {year} target is {goal}"
        ),
        "kept": (
            "{head} stands at {actual} where {goal} is to be kept: off by {gap}{gap_share}, "
            "{verdict}"
        ),
        "due": "{head} {undone} and is to be {task} by the end of {year}: {left}, {verdict}",
        "done": "{head} is done, as the {year} target asks",
        "all_done": (
            "{head} is done in {actual} of the units and has met the {year} target ({goal})"
        ),
        "not_done": "{head} {undone}, and its time ran out with {year}",
    },
    goals={
        Comparator.AT_LEAST: "at least {low}",
        Comparator.AT_MOST: "at most {low}",
        Comparator.EQUAL: "exactly {low}",
        Comparator.RANGE: "{low_number} to {high}",
        Comparator.DONE: "done",
        "all_done": "done in all units",
    },
    approximate="about {low}",
    notes={
        "rounding": (
            "it meets the target only when rounded to {rounded}, and the full value is what counts"
        ),
        "ceiling": "it is above the upper end of {high}, which is noted only",
        "carried": "figures carried forward are included, units: {carried}",
        "provisional": "only {reported} of {units} units have reported, so this is provisional",
        "verdict_ahead": "ahead of schedule",
        "verdict_on_track": "on track",
        "verdict_slightly_behind": "slightly behind",
        "verdict_behind": "behind",
        "verdict_seriously_behind": "seriously behind",
        "verdict_due_soon": "due soon",
        "verdict_not_due": "not due yet",
        "head": "At {period}, {organisation}: “{indicator}”",
        "undone": "is not done yet",
        "share_undone": "is done in only {actual} of the units",
        "task": "done",
        "share_task": "done in all units",
        "left": "quarters left: {quarters}",
        "left_none": "the time ends with this quarter",
        "gap_share": " ({share} of the target)",
        "newest": ", of {quarter},",
        "newest_unknown": "",
    },
    behind="{quarters} quarters behind",
    ahead="{quarters} quarters early",
    abreast="level with the plan",
    above="above",
    below="below",
    points=" percentage points",
    unit_gap=" ",
    note_join="; ",
    stop=".",
)
WORDS = {"zh": CHINESE, "en": ENGLISH}
