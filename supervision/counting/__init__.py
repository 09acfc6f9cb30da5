"""The figures that the registers of supervision give to measures, by the key they go by.

Definitions in words are in docs/registers.md; what counts is in selectors/counted_instruments.py
and selectors/counted_work.py. Every figure is a unit's own; ratios keep both of their numbers.
"""

from supervision.counting.instruments import add_instruments
from supervision.counting.work import add_work

__all__ = ["register_all"]


def register_all() -> None:
    """Called once, when the app is ready."""
    for offer in (add_instruments, add_work):
        offer()
