"""Demonstration entries of the ledger, as many as the plans ask for and most of them reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from indicators.demo.chance import chance, whole_between
from metroplan.organisations.models import Organisation
from standards.models import Institute, LedgerEntry, LedgerState
from standards.rules.ledger import DONE, ENDED, PLANNED, UNDER_WAY, WITHDRAWN, Event, counting

KINDS, LEVELS, ROLES = LedgerEntry.Kind, LedgerEntry.Level, LedgerEntry.Role
# Of a hundred things: still planned, under way, ended again, withdrawn.
OPEN, ENDS, DROPPED = 12, 5, 2


@dataclass(frozen=True, slots=True)
class Batch:
    """So many of a kind, done between the first days of two years; `by` an institute or not."""

    kind: str
    level: str
    number: int
    years: tuple[int, int]
    title: str
    role: str = ROLES.NONE
    institute: bool = True
    certain: bool = False


PEOPLE = {KINDS.COMMITTEE_MEMBER, KINDS.TALENT}
BATCHES: dict[str, tuple[Batch, ...]] = {
    "430600": (
        Batch(KINDS.RESEARCH, LEVELS.PROVINCIAL, 2, (2022, 2025), "油气流量计量研究", ROLES.LEAD),
        Batch(KINDS.PLATFORM, LEVELS.CITY, 3, (2021, 2026), "计量科技创新平台"),
        Batch(KINDS.INDUSTRY_CENTRE, LEVELS.PROVINCIAL, 1, (2025, 2026), "石化产业计量测试中心"),
        Batch(
            KINDS.SPECIFICATION, LEVELS.PROVINCIAL, 2, (2017, 2020), "地方校准规范", certain=True
        ),
        Batch(KINDS.SPECIFICATION, LEVELS.PROVINCIAL, 3, (2021, 2026), "地方校准规范"),
        Batch(KINDS.COMMITTEE_MEMBER, LEVELS.PROVINCIAL, 3, (2021, 2025), "委员编号"),
        Batch(KINDS.COMPARISON, LEVELS.PROVINCIAL, 8, (2021, 2026), "量值比对", ROLES.PARTICIPANT),
        Batch(KINDS.TALENT, LEVELS.CITY, 5, (2022, 2026), "引进人才编号"),
    ),
    "450000": (
        Batch(KINDS.INDUSTRY_CENTRE, LEVELS.NATIONAL, 1, (2018, 2020), "国家产业计量测试中心"),
        Batch(KINDS.REFERENCE_MATERIAL, LEVELS.NATIONAL, 4, (2015, 2021), "标准物质"),
        Batch(KINDS.RESEARCH, LEVELS.PROVINCIAL, 10, (2014, 2021), "产业量值测试方法研究"),
        Batch(KINDS.SPECIFICATION, LEVELS.PROVINCIAL, 14, (2014, 2024), "地方检定规程"),
    ),
    "210900": (
        Batch(KINDS.RESEARCH, LEVELS.PROVINCIAL, 2, (2016, 2020), "液压件计量检测研究"),
        Batch(KINDS.RESEARCH, LEVELS.CITY, 6, (2015, 2021), "在线校准方法研究"),
        Batch(KINDS.COMPARISON, LEVELS.PROVINCIAL, 6, (2015, 2022), "量值比对", ROLES.PARTICIPANT),
    ),
    "320400": (
        Batch(KINDS.SPECIFICATION, LEVELS.PROVINCIAL, 6, (2022, 2026), "地方校准规范", ROLES.LEAD),
        Batch(
            KINDS.TYPE_LABORATORY,
            LEVELS.PROVINCIAL,
            1,
            (2024, 2025),
            "型式评价实验室",
            certain=True,
        ),
        Batch(KINDS.COMPARISON, LEVELS.CITY, 20, (2022, 2026), "量值比对", ROLES.LEAD),
        Batch(KINDS.REFERENCE_MATERIAL, LEVELS.PROVINCIAL, 200, (2023, 2026), "标准物质"),
        Batch(KINDS.PLATFORM, LEVELS.NATIONAL, 1, (2024, 2026), "公共计量服务平台"),
        Batch(KINDS.PLATFORM, LEVELS.PROVINCIAL, 2, (2023, 2026), "公共计量服务平台"),
    ),
    "140000": (
        Batch(KINDS.TYPE_LABORATORY, LEVELS.PROVINCIAL, 7, (2013, 2021), "型式评价实验室"),
        Batch(KINDS.INDUSTRY_CENTRE, LEVELS.NATIONAL, 2, (2016, 2020), "国家产业计量测试中心"),
        Batch(KINDS.INDUSTRY_CENTRE, LEVELS.PROVINCIAL, 8, (2015, 2022), "产业计量测试中心"),
        Batch(KINDS.REFERENCE_MATERIAL, LEVELS.NATIONAL, 56, (2010, 2021), "有证标准物质"),
        Batch(KINDS.LEADING_ITEM, LEVELS.NATIONAL, 16, (2013, 2021), "国内领先项目"),
    ),
}


def entries_of(
    unit: Organisation, institute: Institute | None, today: date
) -> Iterator[tuple[LedgerEntry, list[LedgerState]]]:
    number = 0
    for batch in BATCHES.get(unit.code, ()):
        for place in range(batch.number):
            number += 1
            code = f"LD-{unit.code}-{number:04d}"
            entry = LedgerEntry(
                number=code,
                kind=batch.kind,
                level=batch.level,
                role=batch.role,
                title=_title(batch, place),
                organisation=unit,
                institute=institute if batch.institute and batch.kind not in PEOPLE else None,
                document_no=f"演示〔{batch.years[0]}〕{number}号",
                is_demo=True,
            )
            events = list(_course(batch, place, code, today))
            span = counting(events)
            entry.counts_from, entry.counts_to = span.first, span.end
            yield entry, [_state(entry, event) for event in events]


def _title(batch: Batch, place: int) -> str:
    """People go by a number alone."""
    return f"{batch.title} {place + 1:02d}（演示）"


def _course(batch: Batch, place: int, code: str, today: date) -> Iterator[Event]:
    done = _done(batch, place, code)
    yield Event(PLANNED, done - timedelta(days=500))
    if batch.kind not in PEOPLE and done - timedelta(days=300) <= today:
        yield Event(UNDER_WAY, done - timedelta(days=300))
    draw = 100 * chance(code, "fate")
    unfinished = draw < OPEN and not batch.certain and batch.number > 2
    if unfinished or done > today:
        return
    yield Event(DONE, done)
    later = done + timedelta(days=whole_between(400, 1500, code, "later"))
    if later < today and not batch.certain and draw > 100 - ENDS:
        yield Event(WITHDRAWN if draw > 100 - DROPPED else ENDED, later)


def _done(batch: Batch, place: int, code: str) -> date:
    """Spread evenly over the years, each on a day of its own."""
    first, end = (date(year, 1, 1) for year in batch.years)
    step = (end - first).days / batch.number
    return first + timedelta(days=int(step * (place + 0.9 * chance(code, "done"))))


def _state(entry: LedgerEntry, event: Event) -> LedgerState:
    return LedgerState(entry=entry, state=event.state, since=event.since, document="演示数据")
