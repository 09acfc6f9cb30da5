"""Workers killed at random moments of a large import: at the end it is in whole, or not at all.

METROPLAN_KILLS says how often; `make nightly` asks for fifty.
"""

import multiprocessing
import os
import random
import time

import pytest
from django.db import connection, transaction

from indicators.models import Observation
from indicators.services.recompute import drain
from indicators.services.verify import verify
from metroplan.submissions.bulk.runner import next_waiting, run
from metroplan.submissions.models import BulkImport
from metroplan.submissions.services import bulk
from tests.submissions.bulk_files import many_lines, received
from tests.world import World, make_world

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]

KILLS = int(os.environ.get("METROPLAN_KILLS", "5"))
QUARTERS = 66
FIGURES = QUARTERS * 3 * 3
PATIENCE = 60
# Seconds to wait at most before the next kill: writing takes less time than reading.
PAUSES = {"received": 0.2, "checking": 0.3, "ready": 0.0, "applying": 0.06}
# One kill in so many looks: every job is to come to its end, and to die while it is written too.
CHANCES = {"received": 0.5, "checking": 0.4, "applying": 0.9}
fork = multiprocessing.get_context("fork")


@pytest.fixture
def killing(settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    settings.BULK_CHUNK_ROWS = 20
    settings.BULK_LEASE_SECONDS = 1
    return make_world()


def work() -> None:
    """A worker of its own: sweeps as beat would have it, until it is killed."""
    while True:
        pk = next_waiting()
        if pk is None or not run(pk):
            time.sleep(0.02)


def started() -> multiprocessing.Process:
    connection.close()  # a forked process must not speak through its parent's socket
    worker = fork.Process(target=work, daemon=True)
    worker.start()
    return worker


def in_or_out(job: BulkImport) -> None:
    """What a reader sees at any moment: every figure of the file or none."""
    with transaction.atomic():
        stored = Observation.objects.filter(batch__document=job.document).count()
    assert stored in (0, FIGURES)


def test_an_import_whose_workers_are_killed_is_whole_or_absent(killing):
    rng, killed, within = random.Random(), 0, set()
    number = 0
    while killed < KILLS:
        number += 1
        content = many_lines(killing, QUARTERS, value=1 + number % 9)
        job = received(killing, content + b"\n" * number, document=f"文件{number}")
        killed += kill_along(killing, job, rng, within, at_most=KILLS - killed)
    assert KILLS < 20 or within >= {"checking", "applying"}
    drain()
    assert verify() == []


def kill_along(
    world: World, job: BulkImport, rng: random.Random, within: set[str], *, at_most: int
) -> int:
    """Kill worker after worker until the job is in or the kills are used up; returns how many."""
    kills, worker, ends = 0, started(), time.monotonic() + PATIENCE
    while (status := state(job)) != "applied":
        assert time.monotonic() < ends, status
        if status == "ready":
            bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
        time.sleep(rng.random() * PAUSES[job.status])
        in_or_out(job)
        if kills < at_most and rng.random() < CHANCES.get(state(job), 0):
            within.add(job.status)
            worker.kill()
            worker.join()
            kills, worker, ends = kills + 1, started(), time.monotonic() + PATIENCE
    worker.kill()
    worker.join()
    assert (job.rows_clean, job.errors) == (FIGURES, 0)
    assert Observation.objects.filter(superseded_at=None, batch__document=job.document).count() == (
        FIGURES
    )
    return kills


def state(job: BulkImport) -> str:
    job.refresh_from_db()
    return job.status
