"""Codes of measurement standards by JJF 1022: eight digits, four levels of two.

Levels that are not used are 00, and nothing comes after them; 90 and 91 are the rest of a level.
"""

import re

from standards.rules.faults import Fault

SHAPE = re.compile(r"[0-9]{8}")
NONE = "00"


def problems(code: str, field: str) -> list[Fault]:
    """For a code with the professional field of its standard; a blank code is not given yet."""
    if not code:
        return []
    if not SHAPE.fullmatch(code):
        return [Fault("code.shape", {"value": code})]
    levels = [code[place : place + 2] for place in range(0, 8, 2)]
    if levels[0] != field:
        return [Fault("code.other_field", {"value": code, "field": field, "expected": levels[0]})]
    used = [level != NONE for level in levels]
    if used != sorted(used, reverse=True):
        return [Fault("code.gap", {"value": code})]
    return [] if used[1] else [Fault("code.only_field", {"value": code})]
