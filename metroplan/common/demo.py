"""Demonstration data beyond figures: apps register what they load in `AppConfig.ready`."""

from collections.abc import Callable
from datetime import date

loaders: list[Callable[[date, int], str]] = []
"""Run in order once the figures are there. Each is given today and how many percent of its full
size to load, loads what is missing and returns a sentence about it, empty where nothing was."""
