"""A line of the catalogue as a table writes it, and which line of the older table it continues."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metroplan.common.text import folded

VERIFIED = ("V", "P+V")
"""Codes of regulation that make an item one of the denominator."""

UNKNOWN = "?"

REGULATIONS = {
    "P": "P",
    "V": "V",
    "P+V": "P+V",
    "V+P": "P+V",
    "型式批准": "P",
    "强制检定": "V",
    "型式批准和强制检定": "P+V",
    "型式批准、强制检定": "P+V",
    "型式批准+强制检定": "P+V",
    "?": UNKNOWN,
    "不详": UNKNOWN,
}
MODES = {
    "periodic": "periodic",
    "周期检定": "periodic",
    "周期强制检定": "periodic",
    "initial_only": "initial_only",
    "首次强制检定,失准报废": "initial_only",
    "只做首次强制检定,失准报废": "initial_only",
    "只作首次强制检定,失准报废": "initial_only",
    "initial_only_rotation": "initial_only_rotation",
    "首次强制检定,限期使用,到期轮换": "initial_only_rotation",
    "只做首次强制检定,限期使用,到期轮换": "initial_only_rotation",
    "只作首次强制检定,限期使用,到期轮换": "initial_only_rotation",
    "mixed": "mixed",
    "分类管理": "mixed",
    "none": "none",
    "仅型式批准": "none",
    "?": UNKNOWN,
    "不详": UNKNOWN,
}
CERTAINTIES = {
    "official": "official",
    "正式目录": "official",
    "confirmed_secondary": "confirmed_secondary",
    "转载核对": "confirmed_secondary",
    "inferred": "inferred",
    "推断": "inferred",
    "recalled": "recalled",
    "回忆": "recalled",
}


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One line; `parent_code` is empty on the first level, `row` is the file's own number.

    `predecessors` are codes of the older table, `kinds` codes of instrument kinds; None where the
    table says nothing of them.
    """

    code: str
    parent_code: str
    name: str
    regulation: str = ""
    mode: str = ""
    scope_note: str = ""
    official_serial: str = ""
    certainty: str = "official"
    certainty_note: str = ""
    predecessors: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    row: int = 0


def word(text: str, words: Mapping[str, str]) -> str | None:
    """The code a text stands for, whatever its width and case; None for none of them."""
    plain = folded(text).replace(";", ",").strip(",.。")
    return {folded(key): code for key, code in words.items()}.get(plain)


def continued(
    lines: Iterable[ItemLine], older: Sequence[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """New code → codes of the older items it continues, of those that continue any.

    `older` are (code, name) of items. A line continues what it names itself; else the item of the
    same code and name; else the only one of its name, if it is the only one to ask.
    """
    lines = list(lines)
    by_name: dict[str, list[str]] = {}
    for code, name in older:
        by_name.setdefault(folded(name), []).append(code)
    asking = Counter(folded(line.name) for line in lines if line.parent_code)
    found = {}
    for line in lines:
        if not line.parent_code:
            continue
        if line.predecessors is not None:
            found[line.code] = line.predecessors
            continue
        same = by_name.get(folded(line.name), [])
        if line.code in same:
            found[line.code] = (line.code,)
        elif len(same) == 1 and asking[folded(line.name)] == 1:
            found[line.code] = (same[0],)
    return {code: codes for code, codes in found.items() if codes}
