"""The rows of demonstration standards: everything that stands in the file of one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from indicators.demo.chance import chance, whole_between
from standards.demo.certificates import Stretch, stretches
from standards.demo.holders import Holder, Region
from standards.demo.lives import SEALED, Life
from standards.models import (
    Capability,
    Certificate,
    ControlRecord,
    Equipment,
    Examination,
    Grade,
    HolderKind,
    Institute,
    MeasurementStandard,
    NationalLevel,
    Rank,
    Service,
    StateEvent,
)
from standards.states import State

DOCUMENT = "演示数据"
# Days before its founding on which a new standard was planned, applied for and examined.
ON_THE_WAY = ((State.PLANNED, 320), (State.APPLIED, 150), (State.UNDER_EXAMINATION, 60))
UPPER_AT_FIRST = 0.62
UPGRADED = 0.22
REEXAMINED_BEFORE_DAYS = 180
CONTROL_YEARS = 3
REASONS = {
    State.SEALED: "业务量不足，申请封存（演示）",
    State.REVOKED: "设备报废，申请撤销（演示）",
    State.REPLACED: "主标准器更新，由新标准替代（演示）",
}


@dataclass(slots=True)
class Rows:
    """What is written at once, by kind; services with the kinds of instruments they serve."""

    standards: list[MeasurementStandard] = field(default_factory=list)
    capabilities: list[Capability] = field(default_factory=list)
    services: list[tuple[Service, tuple[str, ...]]] = field(default_factory=list)
    equipment: list[Equipment] = field(default_factory=list)
    states: list[StateEvent] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)
    examinations: list[Examination] = field(default_factory=list)
    controls: list[ControlRecord] = field(default_factory=list)


@dataclass(slots=True)
class Builder:
    """Fills `rows` with one holder's standards, numbered in the order they are given."""

    region: Region
    holder: Holder
    institutes: list[Institute]
    today: date
    rows: Rows
    numbers: Iterator[int]

    def build(self, lives: list[Life]) -> list[tuple[Life, MeasurementStandard]]:
        return [(life, self._standard(index, life)) for index, life in enumerate(lives)]

    def _standard(self, index: int, life: Life) -> MeasurementStandard:
        pattern, unit = life.pattern, self.holder.unit
        number = f"MS-{unit.code}-{next(self.numbers):04d}"
        standard = MeasurementStandard(
            number=number,
            name=pattern.name,
            code=pattern.code,
            field=pattern.field,
            institute=self._holding(index),
            holder_kind=self.holder.holder_kind,
            location=f"实验楼{whole_between(101, 620, 'room', number)}室",
            is_demo=True,
        )
        self.rows.standards.append(standard)
        self._file(standard, life)
        runs = stretches(number, life.founded, life.ended or self.today, self.today)
        self._certificates(standard, runs)
        self._states(standard, life, runs)
        self._grades(standard, life)
        self._examinations(standard, life, runs)
        if not life.ended and self.holder.unit.code == self.region.owner:
            self._controls(standard)
        return standard

    def _holding(self, index: int) -> Institute:
        """Enterprises take turns; a second institute comes when the first has most of them."""
        many = len(self.institutes)
        if self.holder.holder_kind == HolderKind.ENTERPRISE:
            return self.institutes[index % many]
        share = 0 if chance(self.holder.words, "which", index) < 0.7 else many - 1
        return self.institutes[share]

    def _file(self, standard: MeasurementStandard, life: Life) -> None:
        pattern, words = life.pattern, standard.number
        self.rows.capabilities.append(Capability(standard=standard, **pattern.capability))
        for position, served in enumerate(pattern.services):
            service = Service(standard=standard, position=position, **served.values)
            self.rows.services.append((service, served.kinds))
        calibrated = self.today - timedelta(days=whole_between(20, 380, words, "calibrated"))
        self.rows.equipment.append(
            Equipment(
                standard=standard,
                name=pattern.device,
                model=f"DM-{whole_between(100, 999, words, 'model')}",
                serial_no=f"{whole_between(10000, 99999, words, 'serial')}",
                range_text=pattern.capability["range_text"],
                performance_text=pattern.capability["performance_text"],
                maker="演示仪器厂",
                certificate_no=f"{self.region.letter}JZ{whole_between(10000, 99999, words, 'jz')}",
                traced_to=self.region.above,
                calibrated_on=calibrated,
                valid_until=calibrated + timedelta(days=364),
                dcc_reference=f"urn:metroplan:demo:dcc:{words.lower()}",
            )
        )

    def _certificates(self, standard: MeasurementStandard, runs: list[Stretch]) -> None:
        code, letter = self.holder.unit.code, self.region.letter
        serial, year = standard.number[-4:], runs[0].first.year
        said = {Certificate.Kind.EXAMINATION: f"〔{year}〕{letter}量标{code}证字第{serial}号"}
        if standard.holder_kind == HolderKind.PUBLIC:
            said[Certificate.Kind.PUBLIC] = f"〔{year}〕{letter}社量标{code}证字第{serial}号"
        for kind, number in said.items():
            self.rows.certificates += [
                Certificate(
                    standard=standard,
                    kind=kind,
                    number=number,
                    authority="主持考核的市场监督管理部门（演示）",
                    issued_on=run.first,
                    valid_from=run.first,
                    valid_until=run.last,
                )
                for run in runs
            ]

    def _states(self, standard: MeasurementStandard, life: Life, runs: list[Stretch]) -> None:
        course = [] if life.old else [(s, life.founded - timedelta(d)) for s, d in ON_THE_WAY]
        course.append((State.IN_FORCE, life.founded))
        if life.ended:
            course.append((State(life.fate), life.ended))
        elif self._is_reexamined(standard, runs):
            course.append((State.REEXAMINATION, self.today - timedelta(days=30)))
        self.rows.states += [
            StateEvent(
                standard=standard,
                state=state,
                since=since,
                document=DOCUMENT,
                reason=REASONS.get(state, ""),
            )
            for state, since in course
        ]

    def _is_reexamined(self, standard: MeasurementStandard, runs: list[Stretch]) -> bool:
        """Half of those whose last certificate soon ends; the other half is still to apply."""
        left = (runs[-1].last - self.today).days
        if not 0 <= left <= REEXAMINED_BEFORE_DAYS:
            return False
        return chance(standard.number, "applied") < 0.5

    def _grades(self, standard: MeasurementStandard, life: Life) -> None:
        words = standard.number
        highest = whole_between(1, 100, words, "rank") <= self.holder.highest
        rank = Rank.HIGHEST if highest else Rank.LOWER
        upper = chance(words, "level") < UPPER_AT_FIRST
        level = NationalLevel.UPPER_MIDDLE if upper else NationalLevel.MIDDLE
        self.rows.grades.append(
            Grade(
                standard=standard,
                since=life.founded,
                change=Grade.Change.NEW,
                rank=rank,
                national_level=level,
                document=DOCUMENT,
            )
        )
        if life.old and not life.ended and chance(words, "upgraded") < UPGRADED:
            self.rows.grades.append(self._upgrade(standard, rank))

    def _upgrade(self, standard: MeasurementStandard, rank: str) -> Grade:
        begun, newest = self.holder.course[0][0], self.holder.course[-1][0]
        year, quarter = divmod(whole_between(begun + 1, newest, standard.number, "when"), 4)
        return Grade(
            standard=standard,
            since=date(year, 3 * quarter + 2, whole_between(1, 28, standard.number, "day")),
            change=Grade.Change.UPGRADED,
            rank=rank,
            national_level=NationalLevel.UPPER_MIDDLE,
            document=DOCUMENT,
        )

    def _examinations(self, standard: MeasurementStandard, life: Life, runs: list[Stretch]) -> None:
        if not life.old:
            self.rows.examinations.append(_passed(standard, Examination.Kind.FIRST, life.founded))
        if len(runs) > 1:
            again = _passed(standard, Examination.Kind.AGAIN, runs[-1].first)
            self.rows.examinations.append(again)
        if not life.ended and self._is_reexamined(standard, runs):
            self.rows.examinations.append(
                Examination(
                    standard=standard,
                    kind=Examination.Kind.AGAIN,
                    applied_on=self.today - timedelta(days=30),
                    note=DOCUMENT,
                )
            )

    def _controls(self, standard: MeasurementStandard) -> None:
        kinds = ControlRecord.Kind
        for year in range(self.today.year - CONTROL_YEARS, self.today.year):
            day = date(year, whole_between(2, 11, standard.number, year), 15)
            for kind, words in ((kinds.REPEATABILITY, "s"), (kinds.STABILITY, "Δ")):
                share = Decimal(whole_between(20, 90, standard.number, year, words))
                self.rows.controls.append(
                    ControlRecord(
                        standard=standard,
                        kind=kind,
                        measured_on=day,
                        result_text=f"{words}={share / 100}U",
                        limit_text=f"{words}<U",
                        conforms=True,
                    )
                )


def _passed(standard: MeasurementStandard, kind: str, decided: date) -> Examination:
    return Examination(
        standard=standard,
        kind=kind,
        authority="主持考核的市场监督管理部门（演示）",
        applied_on=decided - timedelta(days=150),
        accepted_on=decided - timedelta(days=140),
        examined_on=decided - timedelta(days=60),
        decided_on=decided,
        result=Examination.Result.PASSED,
        note=DOCUMENT,
    )


def replacements(
    pairs: list[tuple[Life, MeasurementStandard]],
) -> Iterator[MeasurementStandard]:
    """Standards with what replaced them, once all are written."""
    made = {id(life): standard for life, standard in pairs}
    for life, standard in pairs:
        if life.heir is not None and life.fate != SEALED:
            standard.replaced_by = made[id(life.heir)]
            yield standard
