"""One county's quarter: from its approval to its ancestors' stored progress.

    python -m bench.quarter SCALE

prints the times as JSON; run so, in a process of its own, for a country with a shorter history.
"""

import json
import statistics
import subprocess
import sys
from typing import Any

from bench.harness import ROOT, set_up_country, timed

ROUNDS = 15
WARM_UP = 2


def county_quarters() -> dict[str, float]:
    """Milliseconds from a county's approved quarter to its ancestors' stored progress."""
    from indicators.services.recompute import drain
    from metroplan.organisations.models import Organisation

    counties = Organisation.objects.filter(level="county").order_by("code")[: ROUNDS + WARM_UP]
    times = []
    for county in counties:
        approve_quarter(county)
        times.append(1000 * timed(drain))
    times = times[WARM_UP:]
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


def with_short_history(scale: str) -> dict[str, float]:
    """The same in a country that differs in nothing but the quarters before."""
    command = [sys.executable, "-m", "bench.quarter", f"{scale}-short"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


if __name__ == "__main__":
    set_up_country(sys.argv[1])
    sys.stdout.write(json.dumps(county_quarters()))
