"""The figures that the registers give to measures, by the key they go by.

A key that is the code of a measure stands beside what is reported, too. Definitions in words are
in docs/registers.md; what counts is in selectors/counted_rows.py. A figure is a unit's own unless
`whole` says that it holds for the unit and all below it.
"""

from standards.counting.adding import Source, keys_of
from standards.counting.others import add_institutes, add_ledger
from standards.counting.standards import add_grades, add_services, add_standards

__all__ = ["Source", "keys_of", "register_all"]


def register_all() -> None:
    """Called once, when the app is ready."""
    for offer in (add_standards, add_grades, add_services, add_institutes, add_ledger):
        offer()
