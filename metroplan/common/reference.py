"""Reference data beyond units and measures: apps register what they load in `AppConfig.ready`."""

from collections.abc import Callable
from pathlib import Path

loaders: list[Callable[[Path], int]] = []
"""Each is given the directory `fixtures/reference` and returns how many rows it changed."""
