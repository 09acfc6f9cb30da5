from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.places import fresh_var


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with fresh_var(monkeypatch) as path:
        yield path
