"""Pages over 60,000 instruments against the same lines asked of the database alone.

    python -m bench.lists          (part of `make bench`)

A page is what the server does for one request, from its address to its last byte, without a
network. The floor counts what the reader may see and fetches the fifty lines of that page, each
with its entity, unit and kind, in one statement each; it has no menu, no filters and no HTML.
Prints a table and writes bench/results/lists.json.
"""

import json
import statistics
from collections.abc import Callable
from typing import Any

from bench.harness import ROOT, machine, say, set_up, timed

NAME = "lists"
ROUNDS = 15
WARM_UP = 2
LINES = 50
BAR_MS = 200
KINDS = 3
PAGES = {
    "first page": {},
    "page 300": {"page": "300"},
    "last page": {"page": "1200"},
    "by unit, page 600": {"order": "unit", "page": "600"},
    "searched": {"q": "123"},
    "overdue only": {"standing": "overdue"},
}
SEEN = """
  FROM supervision_instrument i
  JOIN supervision_entity e ON e.id = i.entity_id
  JOIN organisations_organisation o ON o.id = e.organisation_id
  JOIN standards_instrumentkind k ON k.id = i.kind_id
 WHERE o.path LIKE %(path)s
"""
COUNT = f"SELECT count(*) {SEEN}"
FLOOR = f"SELECT i.*, e.*, o.*, k.* {SEEN} ORDER BY i.number LIMIT {LINES} OFFSET %(skipped)s"


def main() -> None:
    set_up(NAME)
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    reader = make_register()
    found = {name: measured(reader, query) for name, query in PAGES.items()}
    floor = milliseconds(lambda: fetch(reader.organisation.path, 0))
    deep = milliseconds(lambda: fetch(reader.organisation.path, 299 * LINES))
    report({"machine": machine(), "floor_ms": floor, "floor_300_ms": deep, "pages": found})


def make_register() -> Any:
    """Fills an empty database; a leader of the province, who sees all of it."""
    from django.utils import timezone

    from bench.country import make_units
    from bench.ledger import fill_ledger
    from bench.scales import SCALES
    from metroplan.organisations.models import Organisation, User
    from metroplan.organisations.services.tree import rebuild_tree
    from standards.models import InstrumentKind

    if not User.objects.exists():
        (province,) = make_units(SCALES["province"])
        rebuild_tree(today=timezone.localdate())
        kinds = InstrumentKind.objects.bulk_create(
            InstrumentKind(code=f"kind-{number}", name_zh=f"器具{number}")
            for number in range(KINDS)
        )
        counties = Organisation.objects.filter(level="county").values_list("pk", flat=True)
        fill_ledger([*counties], [kind.pk for kind in kinds])
        User.objects.create(username="leader", organisation=province, role="leader")
    return User.objects.select_related("organisation").get(username="leader")


def measured(reader: Any, query: dict[str, str]) -> dict[str, float]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    client = Client(headers={"host": "127.0.0.1", "accept-language": "zh-hans"})
    client.force_login(reader)
    address = reverse("supervision:instrument-list")
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, query)
        asked = len(queries)
    if response.status_code != 200 or b"IN-" not in response.content:
        raise RuntimeError(f"{address} {query} answers {response.status_code} or with no line")
    return {"ms": milliseconds(lambda: client.get(address, query)), "queries": asked}


def fetch(path: str, skipped: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"path": f"{path}%"})
        cursor.fetchone()
        cursor.execute(FLOOR, {"path": f"{path}%", "skipped": skipped})
        cursor.fetchall()


def milliseconds(work: Callable[[], Any]) -> float:
    """Median."""
    times = [1000 * timed(work) for _ in range(ROUNDS + WARM_UP)]
    return statistics.median(times[WARM_UP:])


def report(found: dict[str, Any]) -> None:
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{NAME}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    rows = "\n".join(
        f"| {name} | {page['ms']:.0f} ms | {page['queries']} | {BAR_MS} ms, 15 queries |"
        for name, page in found["pages"].items()
    )
    first, deep = found["pages"]["first page"]["ms"], found["pages"]["page 300"]["ms"]
    say(
        f"""
machine: {found["machine"]}
60,000 instruments; the lines alone: {found["floor_ms"]:.0f} ms, of page 300 \
{found["floor_300_ms"]:.0f} ms; pages over lines {first / found["floor_ms"]:.1f} and \
{deep / found["floor_300_ms"]:.1f}

| page of instruments | took | queries | bar |
|---|---|---|---|
{rows}
"""
    )


if __name__ == "__main__":
    main()
