"""How the portal itself is doing: work that waits, checks, the way to the workers. No figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db.models import Count, Max, Min
from django.utils import timezone
from kombu.exceptions import OperationalError

from indicators.models import CheckRun, DirtyMark, Indicator, Progress
from metroplan.common.periods import newest_closed

RUNS_SHOWN = 14
# The sweep comes every minute and the check every night.
MARKS_TOO_OLD = timedelta(minutes=10)
CHECK_TOO_OLD = timedelta(hours=36)
QUARTERS_BACK = 2


@dataclass(frozen=True, slots=True)
class Operations:
    """`computed_at` is when results were last stored; `runs` of the check, newest first."""

    version: str
    broker: bool
    marks: int
    oldest_mark: datetime | None
    computed_at: datetime | None
    runs: tuple[CheckRun, ...]
    asked_at: datetime

    @property
    def marks_late(self) -> bool:
        return self.oldest_mark is not None and self.asked_at - self.oldest_mark > MARKS_TOO_OLD

    @property
    def checked(self) -> CheckRun | None:
        """The newest run that came to its end."""
        return next((run for run in self.runs if run.finished_at), None)

    @property
    def check_late(self) -> bool:
        return self.checked is None or self.asked_at - self.checked.started_at > CHECK_TOO_OLD


def state_of_operations() -> Operations:
    waiting = DirtyMark.objects.aggregate(count=Count("pk"), oldest=Min("marked_at"))
    return Operations(
        version=settings.VERSION,
        broker=broker_answers(),
        marks=waiting["count"],
        oldest_mark=waiting["oldest"],
        computed_at=computed_at(),
        runs=tuple(CheckRun.objects.all()[:RUNS_SHOWN]),
        asked_at=timezone.now(),
    )


def computed_at() -> datetime | None:
    """Whatever is computed reaches the statuses of a plan's owner: only those are looked at."""
    since = newest_closed(timezone.localdate()) - QUARTERS_BACK
    owners = Indicator.objects.values("owner").distinct()
    rows = Progress.objects.filter(organisation__in=owners, period__gte=since)
    return rows.aggregate(newest=Max("computed_at"))["newest"]


def broker_answers() -> bool:
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except (OperationalError, OSError):
        return False
    return True
