"""What a change of the map means for figures: what it touches, and what is computed anew."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from indicators.models import Indicator, Observation, RollUp, Target
from indicators.services.counting_due import mark_counted
from indicators.services.dispatch import drain_soon
from indicators.services.handing_over import TAKES_OVER, hand_over, hand_over_due
from indicators.services.marking import FROM_THE_START
from indicators.services.quarters import begin_quarter
from metroplan.common.periods import Period
from metroplan.organisations.map_changes import Count, MapMove
from metroplan.organisations.models import ChangeKind, Organisation, OrganisationChangePart
from metroplan.organisations.services.tree import refresh_paths
from metroplan.submissions.models import ReportingForm, Submission
from metroplan.submissions.states import Status

MARK_UNITS = """
    INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at)
    SELECT measure_id, unit, %(since)s::smallint, now()
      FROM (SELECT DISTINCT measure_id FROM indicators_series) measures
     CROSS JOIN unnest(%(units)s::bigint[]) AS unit
"""


class FigureConsequence:
    """Registered with `organisations.map_changes`."""

    def count(self, move: MapMove, affected: Collection[int]) -> list[Count]:
        figures = Observation.objects.filter(
            organisation__in=move.concerned, superseded_at__isnull=True
        )
        quarters = figures.values("period").distinct().count()
        return [
            Count(_("Figures of these units, which stay theirs"), figures.count()),
            Count(_("Quarters with such figures"), quarters),
            Count(
                _("Roll-ups computed anew from {quarter} on").format(quarter=move.since),
                RollUp.objects.filter(organisation__in=affected, period__gte=move.since).count(),
            ),
        ]

    def hand_over(self, move: MapMove, today: date) -> list[Count]:
        return hand_over(move, today)

    def left_behind(self, units: Sequence[Organisation], since: Period) -> list[Count]:
        return [*_unfinished(units, since), *_owned(units, since)]

    def follow(self, move: MapMove, today: date) -> None:
        """New units get the newest quarter's forms; roll-ups and statuses are computed anew.

        A unit that ended is affected up to its last quarter only, so that one is marked too. A
        unit whose place in today's tree changed may follow other targets: all its quarters.
        """
        begin_quarter(today=today)
        mark_units(move.touched, since=move.since - 1)
        mark_units(move.replaced, since=FROM_THE_START)


def _unfinished(units: Sequence[Organisation], since: Period) -> list[Count]:
    ended = Submission.objects.filter(organisation__in=units)
    return [
        Count(
            _("Submissions of units that end, for quarters they still report"),
            ended.filter(period__lt=since).exclude(status=Status.APPROVED).count(),
            _("Finish these first: report, review and approve them under the old unit."),
        ),
        Count(
            _("Submissions of units that end, for quarters after the change"),
            ended.filter(period__gte=since).count(),
            _("Their figures no longer count in any total; report them under the new unit."),
        ),
    ]


def _owned(ended: Sequence[Organisation], since: Period) -> list[Count]:
    """What no unit takes over: one renamed or merged hands its plans and forms on."""
    parts = OrganisationChangePart.objects.filter(source__in=ended, change__kind__in=TAKES_OVER)
    succeeded = {part.source_id: part.change.kind for part in parts.select_related("change")}
    alone = [unit for unit in ended if unit.pk not in succeeded]
    unnamed = [unit for unit in ended if succeeded.get(unit.pk) != ChangeKind.RENAME]
    running = ReportingForm.objects.exclude(closes__lt=since)
    targets = Target.objects.filter(organisation__in=unnamed)
    return [
        Count(
            _("Targets of units that end"),
            targets.exclude(indicator__owner=F("organisation")).count(),
            _("Targets are not handed on: set those of the new units."),
        ),
        Count(
            _("Indicators owned by units that end"),
            Indicator.objects.filter(owner__in=alone).count(),
            _("No unit takes them over: close their plan."),
        ),
        Count(
            _("Reporting forms of units that end"),
            running.filter(owner__in=alone).count(),
            _("No unit takes them over: close them."),
        ),
    ]


def mark_units(units: Iterable[int], *, since: Period) -> None:
    """Mark every measure of these units as dirty from a quarter on."""
    keys = list(units)
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(MARK_UNITS, {"units": keys, "since": since.index})
    mark_counted(measures=None, since=since)
    drain_soon()


@transaction.atomic
def follow_calendar(*, today: date) -> int:
    """Changes that were entered ahead and hold from today on; returns how many units moved."""
    before = dict(Organisation.objects.values_list("pk", "path"))
    hand_over_due(today=today)
    if not refresh_paths(today=today):
        return 0
    after = Organisation.objects.values_list("pk", "path")
    moved = [pk for pk, path in after if before[pk] != path]
    mark_units(moved, since=FROM_THE_START)
    return len(moved)
