"""Large files: 20,000 figures against the least that could be done and against a peer; 1 M rows.

    python -m bench.imports          (part of `make bench`)

Prints a table and writes bench/results/imports.json. Times are of one run on one machine: the
ratios are what counts.
"""

import csv
import hashlib
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.harness import ROOT, machine, say, set_up, timed

NAME = "imports"
FIGURES = 20_000
MILLION = 1_000_000
# As many as a province has; loaded one after the other, as the units of a province are.
COUNTIES = 92
ROUNDS = 9
HEADER = ("organisation", "measure", "period", "state", "value", "numerator", "denominator")
PLAIN = "organisation text, measure text, period text, state text, value text, n text, d text"
Line = tuple[str, ...]


def main() -> None:
    set_up(NAME)
    from bench.imports_country import make_imports_country

    people = make_imports_country()
    forget()
    folder = ROOT / "var" / "bench" / NAME / "made"
    folder.mkdir(exist_ok=True)
    lines = [*lines_of(FIGURES, COUNTIES)]
    files = {"csv": folder / "figures.csv", "xlsx": folder / "figures.xlsx"}
    write_csv(files["csv"], lines)
    write_xlsx(files["xlsx"], lines)
    found = measure_twenty_thousand(files, people)
    found |= measure_million(folder / "million.csv", people)
    report(found)


def lines_of(count: int, units: int | None = None) -> Iterator[Line]:
    """Distinct figures of all counties or the first ones, from the newest closed quarter back."""
    from django.utils import timezone

    from indicators.models import Measure
    from metroplan.common.periods import newest_closed
    from metroplan.organisations.models import Organisation

    found = Organisation.objects.filter(level="county").order_by("id")
    counties = [*found.values_list("code", flat=True)[:units]]
    measures = [*Measure.objects.values_list("code", "kind")]
    newest, number = newest_closed(timezone.localdate()), 0
    for back in range(count):
        for unit in counties:
            for code, kind in measures:
                if number == count:
                    return
                number += 1
                figure = (number * 7919) % 99_991
                parts = ("", str(figure), "99991") if kind == "ratio" else (str(figure), "", "")
                yield (unit, code, str(newest - back), "", *parts)


def write_csv(path: Path, lines: Iterator[Line] | list[Line]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(lines)


def write_xlsx(path: Path, lines: list[Line]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate([HEADER, *lines]):
            numbers = [
                int(text) if text.isdigit() and at > 3 else text for at, text in enumerate(line)
            ]
            sheet.write_row(number, 0, numbers)


def measure_twenty_thousand(files: dict[str, Path], people: dict[str, Any]) -> dict[str, Any]:
    from bench.imports_peer import by_peer

    ways: dict[str, Callable[[], None]] = {
        "floor_s": lambda: floor(files["xlsx"]),
        "csv_s": lambda: whole_import(files["csv"], people),
        "xlsx_s": lambda: whole_import(files["xlsx"], people),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            times[name].append(timed(way))
            forget()
        say("  ".join(f"{name} {taken[-1]:.2f}" for name, taken in times.items()))
    found: dict[str, Any] = {name: statistics.median(taken) for name, taken in times.items()}
    found["peer_s"] = timed(lambda: by_peer(files["csv"]))
    forget()
    return found


def floor(path: Path) -> None:
    """Read the workbook and COPY what stands in it into a table without checks or indexes."""
    from django.db import connection, transaction
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    text = io.StringIO()
    csv.writer(text).writerows(rows[1:])
    text.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_plain")
        cursor.execute(f"CREATE TABLE bench_plain ({PLAIN})")
        cursor.copy_expert("COPY bench_plain FROM STDIN WITH (FORMAT csv)", text)


def whole_import(path: Path, people: dict[str, Any]) -> None:
    """Received, checked, staged, compared, approved and written, as the pages and worker do it."""
    from metroplan.submissions.bulk.runner import run
    from metroplan.submissions.services import bulk

    job = receive(path, people)
    state = run(job.pk)
    if state != "ready":
        raise SystemExit(f"the import is {state}")
    job.refresh_from_db()
    bulk.approve(job=job, actor=people["reviewer"], expected_version=job.version)
    state = run(job.pk)
    if state != "applied":
        raise SystemExit(f"the import is {state}")


def receive(path: Path, people: dict[str, Any]) -> Any:
    from django.core.files import File

    from metroplan.submissions.services import bulk

    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        job, _ = bulk.receive(
            kind="figures",
            actor=people["staff"],
            document="bench",
            name=path.name,
            content=File(file),
            size=path.stat().st_size,
            sha256=digest,
        )
    return job


def forget() -> None:
    """Back to a country without these figures."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM indicators_observation WHERE batch_id IS NOT NULL")
        cursor.execute("DELETE FROM indicators_dirtymark")
        cursor.execute("DELETE FROM indicators_importbatch")
        cursor.execute("DELETE FROM submissions_bulkissue")
        cursor.execute("DELETE FROM submissions_bulkimport")
        cursor.execute("DROP TABLE IF EXISTS bench_plain")
        cursor.execute("VACUUM ANALYZE indicators_observation")


def measure_million(path: Path, people: dict[str, Any]) -> dict[str, Any]:
    """A worker process of its own checks and writes a file of a million lines."""
    from metroplan.submissions.services import bulk

    write_csv(path, lines_of(MILLION))
    job = receive(path, people)
    checked = worker(job.pk)
    job.refresh_from_db()
    bulk.approve(job=job, actor=people["reviewer"], expected_version=job.version)
    written = worker(job.pk)
    job.refresh_from_db()
    if (job.status, job.changed) != ("applied", MILLION):
        raise SystemExit(f"the import is {job.status} with {job.changed} figures")
    forget()
    return {
        "million_bytes": path.stat().st_size,
        "million_check_s": checked["s"],
        "million_apply_s": written["s"],
        "million_peak_mb": max(checked["mb"], written["mb"]),
    }


def worker(pk: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.imports", "--worker", str(pk)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def work(pk: int) -> None:
    set_up(NAME)
    from metroplan.submissions.bulk.runner import run

    begun = time.perf_counter()
    run(pk)
    taken = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"s": taken, "mb": peak}))


def report(found: dict[str, Any]) -> None:
    found |= {
        "figures": FIGURES,
        "csv_ratio": found["csv_s"] / found["floor_s"],
        "xlsx_ratio": found["xlsx_s"] / found["floor_s"],
        "peer_ratio": found["peer_s"] / found["csv_s"],
        "machine": machine(),
    }
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{NAME}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(
        f"""
machine: {found["machine"]}
{FIGURES:,} figures; floor: calamine + COPY into a plain table, {found["floor_s"]:.2f} s

| work | took | compared with | ratio | bar |
|---|---|---|---|---|
| CSV checked, staged, previewed, applied | {found["csv_s"]:.2f} s | floor \
| {found["csv_ratio"]:.1f} | ≤ 4 |
| the same as xlsx | {found["xlsx_s"]:.2f} s | floor | {found["xlsx_ratio"]:.1f} | ≤ 4 |
| the same by django-import-export | {found["peer_s"]:.1f} s | CSV | \
{found["peer_ratio"]:.0f} | ≥ 20 |
| 1 M rows, {found["million_bytes"] / 1e6:.0f} MB: check and preview | \
{found["million_check_s"]:.0f} s | — | — | — |
| 1 M rows: apply | {found["million_apply_s"]:.0f} s | — | — | — |
| 1 M rows: peak memory of the worker | {found["million_peak_mb"]:.0f} MB | — | — | < 400 MB |
"""
    )


if __name__ == "__main__":
    os.environ["UPLOAD_MAX_ROWS"] = str(FIGURES + 1)
    if sys.argv[1:2] == ["--worker"]:
        work(int(sys.argv[2]))
    else:
        main()
