"""Demonstration findings with their steps, and the cases that came of some."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings

from indicators.demo.chance import chance, whole_between
from metroplan.organisations.models import Organisation
from standards.demo.loading import write
from supervision.demo.copying import copy_rows
from supervision.demo.inspections import Visit
from supervision.demo.scene import Scene
from supervision.models import Case, Finding, FindingStep, Inspection, Outcome
from supervision.rules.escalation import level_due
from supervision.states import CaseState, FindingState

PREFIX = "ZG"
KINDS = FindingStep.Kind
ORDERED = (Outcome.RECTIFICATION, Outcome.STOP_USE, Outcome.CASE_FILED)
BASIS = "《计量法实施细则》第四十三条"
WAYS = ("在用计量器具未按规定申请检定", "计量器具超过检定周期仍在使用", "计量承诺未公示")
TO_BE_RECTIFIED_DAYS = (10, 15, 30)
EXTENDED, NEVER_DONE, LATE = 0.06, 0.03, 0.05
EXTENSION = timedelta(days=15)
SOON = timedelta(days=2)
DECIDED_AFTER, CLOSED_AFTER = timedelta(days=60), timedelta(days=100)


def findings_of(scene: Scene, visits: Iterable[Visit]) -> list[Finding]:
    pairs = [
        _finding(scene, visit)
        for visit in visits
        if visit.inspection.outcome in ORDERED and visit.inspection.closed_on
    ]
    write((finding for finding, _steps in pairs), Finding)
    copy_rows(FindingStep, (step for _finding, steps in pairs for step in steps))
    cases = [case for finding, _ in pairs if (case := _case(scene, finding))]
    write(cases, Case)
    return [finding for finding, _steps in pairs]


def _finding(scene: Scene, visit: Visit) -> tuple[Finding, list[FindingStep]]:
    inspection = visit.inspection
    number = scene.number(PREFIX, inspection.organisation)
    days = TO_BE_RECTIFIED_DAYS[whole_between(0, 2, number, "days")]
    finding = Finding(
        number=number,
        inspection=inspection,
        item=next((item for item in visit.items if item.result == "no"), None),
        entity=inspection.entity,
        organisation=inspection.organisation,
        description=f"{WAYS[whole_between(0, 2, number, 'what')]}（演示）",
        legal_basis=BASIS,
        found_on=inspection.inspected_on,
        due_on=inspection.inspected_on + timedelta(days=days),
        is_demo=True,
    )
    steps = [_step(finding, KINDS.ORDERED, finding.found_on, due_on=finding.due_on)]
    steps += _referred(finding) if _goes_on(inspection) else _course(scene, finding)
    return finding, [step for step in steps if step.on <= scene.today]


def _goes_on(inspection: Inspection) -> bool:
    return inspection.outcome == Outcome.CASE_FILED


def _referred(finding: Finding) -> Iterator[FindingStep]:
    finding.state = FindingState.REFERRED
    yield _step(finding, KINDS.REFERRED, finding.found_on, text="移交执法机构（演示）")


def _course(scene: Scene, finding: Finding) -> Iterator[FindingStep]:
    """Answered before the deadline and verified, a few after an extension, a few late or never."""
    number, today = finding.number, scene.today
    if chance(number, "extended") < EXTENDED and finding.due_on - SOON <= today:
        yield _step(
            finding, KINDS.EXTENDED, finding.due_on - SOON, due_on=finding.due_on + EXTENSION
        )
        finding.due_on += EXTENSION
    fate = chance(number, "fate")
    if fate < NEVER_DONE:
        yield from _overdue(scene, finding)
        return
    ready = finding.due_on + (EXTENSION if fate < NEVER_DONE + LATE else -SOON)
    if ready <= today:
        yield _step(finding, KINDS.REPLIED, ready - SOON, text="已整改完毕，申请复查（演示）")
        yield _step(finding, KINDS.VERIFIED, ready, text="复查合格（演示）")
        finding.state, finding.closed_on = FindingState.VERIFIED, ready
    elif finding.due_on < today:
        yield from _overdue(scene, finding)


def _overdue(scene: Scene, finding: Finding) -> Iterator[FindingStep]:
    """Passed on to the units above, as the daily task would have done."""
    every = settings.FINDING_ESCALATION_DAYS
    above = _above(scene, finding.organisation)
    levels = min(level_due(finding.due_on, scene.today, every=every), len(above))
    for level in range(levels):
        on = finding.due_on + timedelta(days=1 + level * every)
        yield _step(finding, KINDS.ESCALATED, on, text=above[level].name_zh, due_on=finding.due_on)
        finding.level_up, finding.escalated_to = level + 1, above[level]


def _above(scene: Scene, unit: Organisation) -> list[Organisation]:
    """Those above it, the nearest first."""
    codes = unit.path.strip("/").split("/")[:-1]
    by_code = scene.by_code
    return [by_code[code] for code in reversed(codes) if code in by_code]


def _step(
    finding: Finding, kind: str, on: date, text: str = "", due_on: date | None = None
) -> FindingStep:
    return FindingStep(finding=finding, kind=kind, on=on, text=text, due_on=due_on)


def _case(scene: Scene, finding: Finding) -> Case | None:
    if finding.state != FindingState.REFERRED:
        return None
    unit, number = finding.organisation, finding.number
    decided, closed = finding.found_on + DECIDED_AFTER, finding.found_on + CLOSED_AFTER
    serial = scene.number("AJ", unit)[-4:]
    case = Case(
        number=f"{unit.code}市监计立〔{finding.found_on.year}〕{serial}号（演示）",
        finding=finding,
        entity=finding.entity,
        organisation=unit,
        body=Case.Body.POLICE if chance(number, "body") < 0.03 else Case.Body.ENFORCEMENT,
        filed_on=finding.found_on,
        ground=finding.description,
        legal_basis=BASIS,
        is_demo=True,
    )
    if decided <= scene.today:
        case.state = CaseState.CLOSED if closed <= scene.today else CaseState.DECIDED
        case.decision_no = f"{unit.code}市监计罚〔{decided.year}〕{serial}号（演示）"
        case.decided_on = decided
        case.closed_on = closed if case.state == CaseState.CLOSED else None
        case.fine = Decimal(whole_between(2, 20, number, "fine") * 100)
    return case
