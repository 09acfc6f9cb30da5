"""Data directories for tests of the embedded services."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from metroplan import embedded


@contextmanager
def fresh_var(patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data directory, with nothing in the environment that replaces its services.

    Not tmp_path: that one is closed to the account that root lends to PostgreSQL.
    """
    patch.delenv("DATABASE_URL", raising=False)
    patch.delenv("REDIS_URL", raising=False)
    with tempfile.TemporaryDirectory(prefix="mp-") as directory:
        path = Path(directory).resolve() / "var"
        yield path
        embedded.stop(path)
