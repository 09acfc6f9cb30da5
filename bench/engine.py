"""The engine against the bare roll-up of the same rows, at one scale.

    make bench SCALE=province        (small, province, national)

Prints a table and writes bench/results/<scale>.json beside it. Times are of one run on one
machine: the ratios are what counts.
"""

import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from operator import truediv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAIRS = 3
ROUNDS = 15


def main(name: str) -> None:
    set_up(name)
    from bench.country import make_country
    from bench.scales import SCALES
    from indicators.models import Observation

    if not Observation.objects.exists():
        say(f"making {name}: {SCALES[name].observations:,} observations")
        make_country(SCALES[name])
    report(name, measure())


def set_up(name: str) -> None:
    """A server of its own under var/bench, so that nothing else is touched."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metroplan.settings")
    os.environ["METROPLAN_DEV"] = "True"
    os.environ["METROPLAN_VAR"] = str(ROOT / "var" / "bench" / name)
    import django
    from django.conf import settings

    from metroplan import embedded

    embedded.ensure_running(settings.VAR_DIR)
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def measure() -> dict[str, Any]:
    from bench.floor import bare_roll_up, rows_that_differ
    from indicators.models import Observation, RollUp

    floors, fulls = [], []
    for _ in range(PAIRS):
        floors.append(timed(bare_roll_up))
        fulls.append(timed(full_recompute))
        say(f"bare roll-up {floors[-1]:.1f} s, full recompute {fulls[-1]:.1f} s")
    if different := rows_that_differ():
        raise SystemExit(f"{different} rows differ between the engine and the floor")
    floor, full = statistics.median(floors), statistics.median(fulls)
    quarter = county_quarters()
    return {
        "observations": Observation.objects.count(),
        "roll_ups": RollUp.objects.count(),
        "bare_roll_up_s": floor,
        "full_recompute_s": full,
        "full_ratio": statistics.median(map(truediv, fulls, floors)),
        "county_quarter_ms": quarter,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def full_recompute() -> None:
    """All roll-ups, and the statuses of the newest quarter, put in place of those in use."""
    from django.db import transaction
    from django.utils import timezone

    from indicators.engine.swap import replaced_tables
    from indicators.services.recompute import compute_everything
    from metroplan.common.periods import newest_closed

    with transaction.atomic(), replaced_tables() as tables:
        compute_everything(tables, statuses_from=newest_closed(timezone.localdate()).index)


def county_quarters() -> dict[str, float]:
    """Milliseconds from a county's approved quarter to its ancestors' stored progress."""
    from indicators.services.recompute import drain
    from metroplan.organisations.models import Organisation

    counties = Organisation.objects.filter(level="county").order_by("code")[: ROUNDS + 2]
    times = []
    for county in counties:
        approve_quarter(county)
        times.append(1000 * timed(drain))
    times = times[2:]
    return {"min": min(times), "median": statistics.median(times), "max": max(times)}


def approve_quarter(county: Any) -> None:
    """New figures for every measure of the newest quarter, as an approval writes them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE indicators_observation SET value = value + 1 WHERE organisation_id = %s "
            "AND period = (SELECT max(period) FROM indicators_observation)",
            [county.pk],
        )
        cursor.execute(
            "INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at) "
            "SELECT id, %s, (SELECT max(period) FROM indicators_observation), now() "
            "FROM indicators_measure",
            [county.pk],
        )


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def report(name: str, found: dict[str, Any]) -> None:
    found |= {"scale": name, "machine": machine()}
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    quarter = found["county_quarter_ms"]
    say(
        f"""
machine: {found["machine"]}
scale {name}: {found["observations"]:,} observations, {found["roll_ups"]:,} roll-ups

| work | took | compared with | ratio | bar |
|---|---|---|---|---|
| full recompute, statuses of the newest quarter | {found["full_recompute_s"]:.1f} s \
| bare SQL roll-up {found["bare_roll_up_s"]:.1f} s | {found["full_ratio"]:.2f} | ≤ 1.5 |
| one county's quarter, median of {ROUNDS} | {quarter["median"]:.0f} ms \
({quarter["min"]:.0f}–{quarter["max"]:.0f}) | — | — | ≤ 150 ms |
| peak memory of the process | {found["peak_memory_mb"]:.0f} MB | — | — | < 1000 MB |
"""
    )


def machine() -> str:
    cores = os.cpu_count()
    load = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, load {load:.1f}"
    )


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "province")
