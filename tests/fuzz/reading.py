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
    result = clean_rows(document.rows, SPECS)
    return "faulty" if result.issues else "clean"


def megabytes() -> int:
    """The most that this process, or one it started, ever held."""
    sides = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(side).ru_maxrss for side in sides) // 1024


if __name__ == "__main__":
    sys.exit(main())
