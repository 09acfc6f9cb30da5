"""Workers that die in the middle of their work, at any moment, leave nothing half done."""

import multiprocessing
import random
import time
from datetime import date

import pytest
from django.db import connection, transaction
from django.utils import timezone

from indicators.models import DirtyMark, Progress
from indicators.services.recompute import drain, recompute_all
from indicators.services.verify import verify
from tests.indicators.stored_country import store, write
from tests.reference.random_countries import FIRST, some_figure
from tests.reference.terms import Country, Form, Indicator, Link, Measure, Series, Target, Unit

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]

BEGAN = date(2000, 1, 1)
TODAY = date(2022, 1, 10)
WORKERS = 2
SECONDS = 12
fork = multiprocessing.get_context("fork")


def country() -> Country:
    """Forty counties and one indicator of each kind."""
    made = Country(today=TODAY, units={"P": Unit("province", BEGAN)})
    for n in range(44):
        level, parent = ("city", "P") if n < 4 else ("county", f"U{n % 4}")
        made.units[f"U{n}"] = Unit(level, BEGAN)
        made.links.append(Link(f"U{n}", parent, BEGAN))
    made.measures = {
        "stock": Measure("count", "stock", "sum"),
        "flow": Measure("count", "flow", "sum"),
        "rate": Measure("ratio", "stock", "ratio"),
        "done": Measure("yes_no", "stock", "share"),
    }
    made.forms["f"] = Form("P", "county", False, FIRST, None, sorted(made.measures))
    for code in made.measures:
        window = ("since_plan_start", FIRST) if code == "flow" else ("as_is", None)
        made.indicators[code] = Indicator(Series(code, *window), FIRST, "P")
        made.indicators[code].targets["P", 2025] = Target(low=80)
    return made


def work(recomputes: bool) -> None:
    """Runs in a process of its own until it is killed."""
    while True:
        if recomputes and random.random() < 0.1:
            recompute_all()
        drain()


def started(recomputes: bool) -> multiprocessing.Process:
    connection.close()  # a forked process must not speak through its parent's socket
    worker = fork.Process(target=work, args=[recomputes], daemon=True)
    worker.start()
    return worker


def approve(made: Country, stored, rng: random.Random) -> None:
    unit = f"U{rng.randrange(4, 44)}"
    k = rng.randint(FIRST, made.newest_closed)
    write(stored, {(code, unit, k): some_figure(m, rng, 20) for code, m in made.measures.items()})


def test_workers_killed_at_random_leave_nothing_undone(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    rng, made, kills, amidst = random.Random(), country(), 0, 0
    stored = store(made)
    recompute_all()
    workers = [started(n == 0) for n in range(WORKERS)]
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        with transaction.atomic():
            for _ in range(rng.randint(1, 5)):
                approve(made, stored, rng)
        time.sleep(rng.random() * 0.3)
        n = rng.randrange(WORKERS)
        assert workers[n].is_alive()
        amidst += transactions_under_way() == WORKERS
        workers[n].kill()
        workers[n].join()
        kills += 1
        workers[n] = started(n == 0)
    for worker in workers:
        worker.kill()
        worker.join()
    assert kills >= 10
    assert amidst >= 5
    sweep()
    assert Progress.objects.exists()
    assert verify() == []


def transactions_under_way() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type LIKE 'client%'"
        )
        return cursor.fetchone()[0]


def sweep() -> None:
    """Marks of a worker that just died stay locked until the database notices."""
    ends = time.monotonic() + 20
    while DirtyMark.objects.exists() and time.monotonic() < ends:
        drain()
        time.sleep(0.1)
    assert not DirtyMark.objects.exists()
