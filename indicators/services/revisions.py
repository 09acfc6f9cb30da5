"""Targets, baselines and thresholds change by a proposal that a second person approves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models import (
    BaselineRevision,
    Indicator,
    Revision,
    RevisionKind,
    RevisionState,
    RuleVersion,
    Target,
)
from indicators.rules import Thresholds
from indicators.services.in_effect import ensure_first_rules, put_in_force
from indicators.services.revision_checks import (
    FORBIDDEN,
    UNPROCESSABLE,
    check_baseline,
    check_day,
    check_papers,
    check_target,
    check_thresholds,
    check_unit,
    find_milestone,
)
from indicators.services.revision_values import (
    BaselineValues,
    TargetValues,
    kept,
    kept_thresholds,
    thresholds_from,
)
from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User

REMARK_REQUIRED = _("Write why the proposal is rejected, so that its author can correct it.")


@dataclass(frozen=True, slots=True)
class Papers:
    """What vouches for a change, and from which day it holds."""

    effective_from: date
    document: str
    reason: str


@transaction.atomic
def propose_target(
    *,
    indicator: Indicator,
    organisation: Organisation,
    year: int,
    values: TargetValues,
    papers: Papers,
    actor: User,
    bundle: UUID | None = None,
) -> Revision:
    """Ask for a target of a unit, or for another one than it has, for the milestone of a year."""
    check_unit(indicator, organisation)
    milestone = find_milestone(indicator, year)
    check_target(indicator, organisation, milestone, values)
    newest = _newest_target(indicator, organisation, milestone.pk)
    return _propose(
        Revision(
            kind=RevisionKind.TARGET,
            indicator=indicator,
            organisation=organisation,
            milestone=milestone,
            seen=newest.revision if newest else 0,
            before=kept(TargetValues.of(newest)) if newest else {},
            after=kept(values),
            bundle=bundle,
        ),
        papers,
        actor,
    )


@transaction.atomic
def propose_baseline(
    *, indicator: Indicator, values: BaselineValues, papers: Papers, actor: User
) -> Revision:
    """Ask for another baseline of the indicator; it is that of its owner."""
    check_baseline(indicator, values)
    newest = _newest_baseline(indicator)
    stands = BaselineValues.of(newest) if newest else _printed(indicator)
    return _propose(
        Revision(
            kind=RevisionKind.BASELINE,
            indicator=indicator,
            organisation=indicator.owner,
            seen=newest.revision if newest else 0,
            before=kept(stands),
            after=kept(values),
        ),
        papers,
        actor,
    )


@transaction.atomic
def propose_thresholds(
    *, organisation: Organisation, thresholds: Thresholds, papers: Papers, actor: User
) -> Revision:
    """Ask for other thresholds of the rules, for all plans. The unit is one at the top."""
    check_thresholds(thresholds)
    ensure_first_rules()
    newest = RuleVersion.objects.latest("version")
    return _propose(
        Revision(
            kind=RevisionKind.THRESHOLDS,
            organisation=organisation,
            seen=newest.version,
            before=kept_thresholds(thresholds_of(newest)),
            after=kept_thresholds(thresholds),
        ),
        papers,
        actor,
    )


def thresholds_of(version: RuleVersion) -> Thresholds:
    return Thresholds(**{name: getattr(version, name) for name in Thresholds.__slots__})


def _propose(revision: Revision, papers: Papers, actor: User) -> Revision:
    check_papers(papers.document, papers.reason)
    if revision.indicator:
        check_day(papers.effective_from, _began(revision.indicator))
    if revision.after == revision.before:
        raise MetroplanError(
            "revision.no_change",
            _("{what}: this is what already stands; change a value or leave it."),
            status=UNPROCESSABLE,
            what=revision,
        )
    _refuse_second_proposal(revision)
    revision.effective_from = papers.effective_from
    revision.document, revision.reason = papers.document.strip(), papers.reason.strip()
    revision.proposed_by = actor
    revision.save()
    _record("revision.proposed", revision, actor)
    return revision


def _refuse_second_proposal(revision: Revision) -> None:
    twin = Revision.objects.filter(
        kind=revision.kind,
        indicator=revision.indicator,
        organisation=revision.organisation,
        milestone=revision.milestone,
        state=RevisionState.PROPOSED,
    )
    if twin.exists():
        raise MetroplanError(
            "revision.already_open",
            _("{what}: a proposal is waiting already; have it decided first."),
            what=revision,
        )


@transaction.atomic
def approve(*, revision: Revision, actor: User) -> Revision:
    """Make the proposal the next revision, if what it was made against still stands."""
    revision = _lock(revision, actor)
    _refuse_stale(revision)
    _check_again(revision)
    now = timezone.now()
    _decide(revision, RevisionState.APPROVED, actor, now)
    APPLY[RevisionKind(revision.kind)](revision, now)
    _record("revision.approved", revision, actor)
    put_in_force(revision=revision, today=timezone.localdate())
    return revision


@transaction.atomic
def approve_all(*, revisions: Iterable[Revision], actor: User) -> list[Revision]:
    """All of them, or none where one is refused; the parts of a breakdown go together."""
    return [approve(revision=revision, actor=actor) for revision in revisions]


@transaction.atomic
def reject(*, revision: Revision, actor: User, remark: str) -> Revision:
    if not remark.strip():
        raise MetroplanError(
            "revision.no_remark",
            REMARK_REQUIRED,
            status=UNPROCESSABLE,
            fields={"remark": ["required"]},
        )
    revision = _lock(revision, actor)
    revision.remark = remark.strip()
    _decide(revision, RevisionState.REJECTED, actor, timezone.now())
    _record("revision.rejected", revision, actor, remark=revision.remark)
    return revision


def _lock(revision: Revision, actor: User) -> Revision:
    locked = Revision.objects.select_for_update(of=("self",)).select_related(
        "indicator__plan", "indicator__owner", "indicator__series__measure", "organisation",
        "milestone",
    )  # fmt: skip
    revision = locked.get(pk=revision.pk)
    if revision.state != RevisionState.PROPOSED:
        raise MetroplanError(
            "revision.decided_already",
            _("{what}: the proposal was decided already; load the page again."),
            what=revision,
        )
    if revision.proposed_by_id == actor.pk:
        raise MetroplanError(
            "revision.self_approval",
            _("{what}: another person than the proposer must decide; ask a colleague."),
            status=FORBIDDEN,
            what=revision,
        )
    return revision


def _refuse_stale(revision: Revision) -> None:
    if _number_now(revision) != revision.seen:
        raise MetroplanError(
            "revision.stale",
            _("{what} has changed since this was proposed; reject it and propose it anew."),
            what=revision,
        )


def _number_now(revision: Revision) -> int:
    """The number of the newest revision of what is to be changed, locked against another."""
    if revision.kind == RevisionKind.THRESHOLDS:
        return RuleVersion.objects.select_for_update().latest("version").version
    Indicator.objects.select_for_update().get(pk=revision.indicator_id)
    if revision.kind == RevisionKind.BASELINE:
        newest = _newest_baseline(revision.indicator)
    else:
        newest = _newest_target(revision.indicator, revision.organisation, revision.milestone_id)
    return newest.revision if newest else 0


def _check_again(revision: Revision) -> None:
    """What was right when it was proposed may have become wrong by another revision."""
    if revision.kind == RevisionKind.TARGET:
        values = TargetValues.parse(revision.after)
        check_target(revision.indicator, revision.organisation, revision.milestone, values)
    elif revision.kind == RevisionKind.BASELINE:
        check_baseline(revision.indicator, BaselineValues.parse(revision.after))


def _decide(revision: Revision, state: RevisionState, actor: User, now: datetime) -> None:
    revision.state, revision.decided_by, revision.decided_at = state, actor, now
    revision.save()


def _write_target(revision: Revision, now: datetime) -> None:
    values = TargetValues.parse(revision.after)
    Target.objects.create(
        indicator=revision.indicator,
        organisation=revision.organisation,
        milestone=revision.milestone,
        low=values.low,
        high=values.high,
        approximate=values.approximate,
        **_written(revision, now),
    )


def _write_baseline(revision: Revision, now: datetime) -> None:
    values = BaselineValues.parse(revision.after)
    BaselineRevision.objects.create(
        indicator=revision.indicator,
        year=values.year,
        value=values.value,
        **_written(revision, now),
    )


def _write_thresholds(revision: Revision, now: datetime) -> None:
    thresholds = thresholds_from(revision.after, version=revision.seen + 1)
    row = _written(revision, now)
    del row["revision"]
    RuleVersion.objects.create(
        **{name: getattr(thresholds, name) for name in Thresholds.__slots__}, **row
    )


def _written(revision: Revision, now: datetime) -> dict[str, Any]:
    return {
        "revision": revision.seen + 1,
        "effective_from": revision.effective_from,
        "document": revision.document,
        "reason": revision.reason,
        "recorded_at": now,
        "decision": revision,
    }


APPLY = {
    RevisionKind.TARGET: _write_target,
    RevisionKind.BASELINE: _write_baseline,
    RevisionKind.THRESHOLDS: _write_thresholds,
}


def _newest_target(
    indicator: Indicator, organisation: Organisation, milestone_id: int
) -> Target | None:
    rows = Target.objects.filter(indicator=indicator, organisation=organisation)
    return rows.filter(milestone=milestone_id).order_by("-revision").first()


def _newest_baseline(indicator: Indicator) -> BaselineRevision | None:
    return BaselineRevision.objects.filter(indicator=indicator).order_by("-revision").first()


def _printed(indicator: Indicator) -> BaselineValues:
    value: Decimal | None = indicator.baseline_value
    return BaselineValues(indicator.baseline_year, value)


def _began(indicator: Indicator) -> date | None:
    plan = indicator.plan
    days = [plan.issued_on, plan.starts.first_day if plan.starts else None]
    return min((day for day in days if day), default=None)


def _record(action: str, revision: Revision, actor: User, **data: Any) -> None:
    record(
        action,
        actor=actor,
        on=revision,
        before=revision.before,
        after=revision.after,
        document=revision.document,
        reason=revision.reason,
        effective_from=revision.effective_from,
        **data,
    )
