import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from metroplan import embedded


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data directory; its services are stopped after the test.

    Not tmp_path: that one is closed to the account that root lends to PostgreSQL.
    """
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    with tempfile.TemporaryDirectory(prefix="mp-") as directory:
        path = Path(directory).resolve() / "var"
        yield path
        embedded.stop(path)
