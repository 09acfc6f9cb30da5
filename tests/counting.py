"""How many queries a page or endpoint may ask: noted in query_counts.json, changed on purpose.

METROPLAN_RECORD_QUERIES=1 writes down what a test run counts instead of checking it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

BASELINES = Path(__file__).with_name("query_counts.json")


def assert_queries(name: str, django_assert_num_queries: Any) -> AbstractContextManager:
    """The block asks exactly as many queries as noted under `name`.

    Give it pytest-django's fixture of that name. Run the same block at 2 and at 20 rows with the
    same name: the count must not depend on the number of rows.
    """
    if os.environ.get("METROPLAN_RECORD_QUERIES"):
        return _recorded(name)
    baselines = json.loads(BASELINES.read_text(encoding="utf-8"))
    assert name in baselines, f"{name} is not in {BASELINES.name}: record it"
    return django_assert_num_queries(baselines[name], info=name)


@contextmanager
def _recorded(name: str) -> Iterator[None]:
    with CaptureQueriesContext(connection) as queries:
        yield
    baselines = json.loads(BASELINES.read_text(encoding="utf-8"))
    baselines[name] = len(queries)
    text = json.dumps(baselines, indent=2, sort_keys=True)
    BASELINES.write_text(f"{text}\n", encoding="utf-8")
