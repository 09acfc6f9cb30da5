"""Reads broken files one after another: `python -m tests.fuzz.reading SEED SECONDS CASES`.

In a process of its own, so that its memory is that of reading. A file that takes ten seconds ends
it with the stack of where it stood. Prints one line of JSON.
"""

import faulthandler
import json
import os
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django

LONGEST = 10


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    seed, seconds, cases = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    ends, codes, slowest, number = time.monotonic() + seconds, Counter(), (0.0, -1), 0
    while number < cases and time.monotonic() < ends:
        began = time.monotonic()
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        try:
            codes[outcome(seed, number)] += 1
        except BaseException:  # a panic of calamine is no Exception
            sys.stderr.write(f"case {seed}:{number}\n{traceback.format_exc()}")
            return 1
        faulthandler.cancel_dump_traceback_later()
        slowest = max(slowest, (time.monotonic() - began, number))
        number += 1
    told = {"cases": number, "slowest": slowest, "megabytes": megabytes(), "codes": codes}
    sys.stdout.write(json.dumps(told))
    return 0


def outcome(seed: str, number: int) -> str:
    from indicators.cleaning import clean_rows
    from metroplan.submissions.readers import read_file
    from metroplan.submissions.types import FileProblem
    from tests.fuzz.mutations import case
    from tests.submissions.corpus import SPECS

    sys.stderr.write(f"{seed}:{number}\n")
    content = case(seed, number)
    try:
        document = read_file(content, "x.xlsx")
    except FileProblem as problem:
        return problem.issue.code
    check_plainly(content, document)
    result = clean_rows(document.rows, SPECS)
    return "faulty" if result.issues else "clean"


def check_plainly(content: bytes, document: Any) -> None:
    """The short ways to read a file say what the long one says, or nothing."""
    from metroplan.submissions.readers import read_plainly

    plain = read_plainly(content)
    if plain is None:
        return
    said = [(number, filled(enumerate(texts))) for number, texts in plain]
    sheet = document.rows[0].sheet
    cells = ((row.number, row.cells) for row in document.rows if row.sheet == sheet)
    found = [(row, filled((at, cell.text) for at, cell in line.items())) for row, line in cells]
    assert [row for row in said if row[1]] == [row for row in found if row[1]]


def filled(texts: Iterable[tuple[int, str]]) -> dict[int, str]:
    return {at: text for at, text in texts if text}


def megabytes() -> int:
    """The most that this process, or one it started, ever held.

    What getrusage says of this process itself begins with what its parent held when it began.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


if __name__ == "__main__":
    sys.exit(main())
