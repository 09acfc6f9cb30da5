"""The engine against the bare roll-up of the same rows, at one scale.

    make bench SCALE=province        (small, province, national)

Prints a table and writes bench/results/<scale>.json beside it. Times are of one run on one
machine: the ratios are what counts.
"""

import json
import resource
import statistics
import sys
from operator import truediv
from typing import Any

from bench.harness import ROOT, machine, say, set_up_country, timed
from bench.quarter import ROUNDS, county_quarters, with_short_history

PAIRS = 3


def main(name: str) -> None:
    set_up_country(name)
    report(name, measure() | {"county_quarter_short_ms": with_short_history(name)})


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


def report(name: str, found: dict[str, Any]) -> None:
    found |= {"scale": name, "machine": machine()}
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    quarter, short = found["county_quarter_ms"], found["county_quarter_short_ms"]
    say(
        f"""
machine: {found["machine"]}
scale {name}: {found["observations"]:,} observations, {found["roll_ups"]:,} roll-ups

| work | took | compared with | ratio | bar |
|---|---|---|---|---|
| full recompute, statuses of the newest quarter | {found["full_recompute_s"]:.1f} s \
| bare SQL roll-up {found["bare_roll_up_s"]:.1f} s | {found["full_ratio"]:.2f} | ≤ 1.5 |
| one county's quarter, median of {ROUNDS} | {quarter["median"]:.0f} ms \
({quarter["min"]:.0f}–{quarter["max"]:.0f}) | after a quarter of the history \
{short["median"]:.0f} ms | {quarter["median"] / short["median"]:.2f} | ≤ 150 ms, ratio about 1 |
| peak memory of the process | {found["peak_memory_mb"]:.0f} MB | — | — | < 1000 MB |
"""
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "province")
