"""The portal's check of itself, with its result kept for the page of operations."""

from django.utils import timezone

from indicators.models import CheckRun
from indicators.services.verify import Difference, verify


def check() -> tuple[CheckRun, list[Difference]]:
    """Run `verify` and keep what came of it; a run that dies stays without an end."""
    run = CheckRun.objects.create()
    found = verify()
    run.finished_at = timezone.now()
    run.differences = len(found)
    run.lines = [f"{item.what} {item.where}" for item in found[: CheckRun.KEPT_LINES]]
    run.save()
    return run, found
