"""What every benchmark needs: a server of its own, a clock, the machine's line."""

import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


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


def set_up_country(name: str) -> None:
    """The same with a country of that scale in it, made where there is none yet."""
    set_up(name)
    from bench.country import make_country
    from bench.scales import SCALES
    from indicators.models import Observation

    if not Observation.objects.exists():
        say(f"making {name}: {SCALES[name].observations:,} observations")
        make_country(SCALES[name])


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def machine() -> str:
    cores = os.cpu_count()
    load = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, load {load:.1f}"
    )


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
