"""A plan file as typed values. Text pairs are (Chinese, English); empty pairs are ("", "")."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from indicators.plan_file.source import Source
from metroplan.common.periods import Period

Text = tuple[str, str]


STANDS_FOR_GOOD = 400
"""Quarters: what has been done stays done until somebody reports otherwise."""


@dataclass(frozen=True)
class HeaderSpec:
    code: str
    title: Text
    document_no: str
    issuer: Text
    organisation: str | None
    issued_on: date | None
    starts: Period | None
    ends: Period | None
    parent: str | None
    url: str
    status: str
    notes: Text


@dataclass(frozen=True)
class MeasureSpec:
    code: str
    name: Text
    unit: Text
    kind: str
    accumulation: str
    roll_up: str
    decimals: int
    mean_level: str = ""
    numerator: Text = ("", "")
    denominator: Text = ("", "")
    carry_forward: int = 4
    source: str = "reported"


@dataclass(frozen=True)
class TargetSpec:
    year: int
    low: Decimal | None
    high: Decimal | None
    approximate: bool


@dataclass(frozen=True)
class IndicatorSpec:
    """`measure` is always a code: a deliverable without one has a measure made for it."""

    code: str
    measure: str
    name: Text
    clause: str
    category: str
    attribute: str
    comparator: str
    basis: str
    mode: str
    window: str
    reported_by: tuple[str, ...]
    baseline_year: int | None
    baseline_value: Decimal | None
    group: str
    targets: tuple[TargetSpec, ...]
    notes: Text


@dataclass(frozen=True)
class UnitSpec:
    code: str
    name: Text
    organisation: str | None


@dataclass(frozen=True)
class BoxSpec:
    """Each row is a label and a text."""

    number: int
    title: Text
    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True)
class TaskSpec:
    """`units` begins with the one that leads."""

    number: str
    title: Text
    clause: str
    units: tuple[str, ...]
    due: Period | None
    indicators: tuple[str, ...]
    notes: Text


@dataclass(frozen=True)
class DutySpec:
    code: str
    clause: str
    by_unit: str
    to_unit: str | None
    subject: Text
    due: Text
    recurrence: str
    year: int | None


@dataclass(frozen=True)
class PlanDocument:
    """`measures` are those the file defines, then one for each deliverable without its own.

    `milestones` and `categories` are pairs of (year, kind) and (code, name).
    """

    header: HeaderSpec
    milestones: tuple[tuple[int, str], ...]
    categories: tuple[tuple[str, Text], ...]
    units: tuple[UnitSpec, ...]
    boxes: tuple[BoxSpec, ...]
    measures: tuple[MeasureSpec, ...]
    indicators: tuple[IndicatorSpec, ...]
    tasks: tuple[TaskSpec, ...]
    duties: tuple[DutySpec, ...]
    sha256: str
    source: Source = field(repr=False, compare=False)


def build(source: Source, sha256: str) -> PlanDocument:
    """From data that kept to the schema and passed the checks."""
    data = source.data
    header = header_spec(data["plan"])
    indicators = tuple(_indicator(item, header.code) for item in data["indicators"])
    own = {f"{header.code}.{item.code}" for item in indicators}
    return PlanDocument(
        header=header,
        milestones=tuple((item["year"], item["kind"]) for item in data["milestones"]),
        categories=tuple((item["code"], _text(item, "name")) for item in data["categories"]),
        units=tuple(_unit(item) for item in listed(data, "units")),
        boxes=tuple(_box(item) for item in listed(data, "boxes")),
        measures=(
            *(measure_spec(item) for item in listed(data, "measures")),
            *(_deliverable(item) for item in indicators if item.measure in own),
        ),
        indicators=indicators,
        tasks=tuple(_task(item) for item in listed(data, "tasks")),
        duties=tuple(_duty(item) for item in listed(data, "duties")),
        sha256=sha256,
        source=source,
    )


def listed(data: dict[str, Any], name: str) -> Sequence[Any]:
    return data.get(name) or []


def header_spec(item: dict[str, Any]) -> HeaderSpec:
    return HeaderSpec(
        code=item["code"],
        title=_text(item, "title"),
        document_no=item["document_no"] or "",
        issuer=_text(item, "issuer"),
        organisation=item["organisation"],
        issued_on=item["issued_on"],
        starts=_period(item["starts"]),
        ends=_period(item["ends"]),
        parent=item["parent"],
        url=item["url"] or "",
        status=item["status"],
        notes=_text(item, "notes"),
    )


def measure_spec(item: dict[str, Any]) -> MeasureSpec:
    texts = {name: _text(item, name) for name in ("name", "unit", "numerator", "denominator")}
    return MeasureSpec(**item | texts)


def _deliverable(item: IndicatorSpec) -> MeasureSpec:
    return MeasureSpec(
        code=item.measure,
        name=item.name,
        unit=("", ""),
        kind="yes_no",
        carry_forward=STANDS_FOR_GOOD,
        accumulation="stock",
        roll_up="own",
        decimals=0,
    )


def _indicator(item: dict[str, Any], plan: str) -> IndicatorSpec:
    baseline = item.get("baseline", {})
    return IndicatorSpec(
        code=item["code"],
        measure=item.get("measure") or f"{plan}.{item['code']}",
        name=_text(item, "name"),
        clause=item["clause"],
        category=item["category"],
        attribute=item.get("attribute", "expected"),
        comparator=item["comparator"],
        basis=item.get("basis", "absolute"),
        mode=item.get("mode", "reach"),
        window=item.get("window", "as_is"),
        reported_by=tuple(item.get("reported_by", ["owner"])),
        baseline_year=baseline.get("year"),
        baseline_value=_decimal(baseline.get("value")),
        group=item.get("group", ""),
        targets=tuple(_target(target) for target in item["targets"]),
        notes=_text(item, "notes"),
    )


def _target(item: dict[str, Any]) -> TargetSpec:
    return TargetSpec(
        year=item["year"],
        low=_decimal(item.get("low")),
        high=_decimal(item.get("high")),
        approximate=item.get("approximate", False),
    )


def _unit(item: dict[str, Any]) -> UnitSpec:
    return UnitSpec(item["code"], _text(item, "name"), item.get("organisation"))


def _box(item: dict[str, Any]) -> BoxSpec:
    rows = tuple((_text(row, "label"), _text(row, "text")) for row in item["rows"])
    return BoxSpec(item["number"], _text(item, "title"), rows)


def _task(item: dict[str, Any]) -> TaskSpec:
    return TaskSpec(
        number=item["number"],
        title=_text(item, "title"),
        clause=item["clause"],
        units=(item["lead"], *item.get("supporting", ())),
        due=_period(item.get("due")),
        indicators=tuple(item.get("indicators", ())),
        notes=_text(item, "notes"),
    )


def _duty(item: dict[str, Any]) -> DutySpec:
    return DutySpec(
        code=item["code"],
        clause=item["clause"],
        by_unit=item["from"],
        to_unit=item["to"],
        subject=_text(item, "subject"),
        due=_text(item, "due"),
        recurrence=item["recurrence"],
        year=item.get("year"),
    )


def _text(item: dict[str, Any], name: str) -> Text:
    """Both languages without the line ends that folded YAML text keeps."""
    pair = item.get(name) or {"zh": "", "en": ""}
    return pair["zh"].strip(), pair["en"].strip()


def _period(text: str | None) -> Period | None:
    return Period.parse(text) if text else None


def _decimal(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)
