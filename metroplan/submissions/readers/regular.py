"""Sheets whose rows are all written alike, as programs write long tables, are cut by one pattern.

Every byte from the first row to the last has to fit it; any other sheet is left to calamine. The
texts that cells name by number are read by calamine always.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import isfinite

from metroplan.submissions.readers.cells import text_of
from metroplan.submissions.readers.xlsx import sheet_data

Rows = list[tuple[int, Sequence[str]]]
Texts = Callable[[], Sequence[object]]
"""The shared texts in their order, asked for once a sheet turns out to be regular."""

# Tags before the rows. One whose quotes do not close could hold what only looks like rows.
QUOTED = rb"""(?:"[^<>"]*+"|'[^<>']*+')"""
BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf)?+(?:<\?xml [^<>?]*+\?>)?+\s*+"
    rb"(?:<[^<>!?\"']++(?:" + QUOTED + rb"[^<>!?\"']*+)*+>\s*+)*+"
)
ROW = r'<row r="([1-9][0-9]{0,5})"(?: (?:s|[A-Za-z0-9:]{2,30}+)="[^<>"&\x80-\xff]*+")*+>'
# A number's digits, or `s"><v>` and the number of a shared text.
CELL = (
    r'(?:<c r="%s\1"%s(?:/>|(?: t="n")?+(?: t="(?=s)|><v>(?=[0-9-]))'
    r'((?:s"><v>)?+[0-9.eE+-]++)</v></c>))?+'
)
NAMED = 's"><v>'
LETTERS = re.compile('<c r="([A-Z])[0-9]')
AS_WRITTEN = re.compile("(?:0|[1-9][0-9]{0,14})?").fullmatch
NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,4})?").fullmatch
MAX_STYLES = 200


def regular_rows(data: bytes, styles: frozenset[int], shared: Texts) -> Rows | None:
    """Numbers and texts of the rows, all of one length; None for a sheet that is not regular.

    A cell's style has to be one of `styles`, in which numbers are shown as they are.
    """
    text = _between(data)
    if text is None or len(styles) > MAX_STYLES:
        return None
    letters = LETTERS.findall(text, 0, text.find("</row>") + 1)
    found = _row(letters[-1], styles).findall(text) if letters else []
    if not found or not _is_all(text, len(found)):
        return None
    numbers, *columns = zip(*found, strict=True)
    return _rows([*map(int, numbers)], columns, shared)


def _between(data: bytes) -> str | None:
    """The rows, if nothing stands around them. No byte of a row that fits is more than ASCII."""
    within = sheet_data(data)
    if within is None or not BEFORE.fullmatch(data, 0, within[0]):
        return None
    text = data[slice(*within)].decode("latin-1")
    return text if text.startswith("<row ") and text.endswith("</row>") else None


def _is_all(text: str, rows: int) -> bool:
    """Every row begins and ends one that was found, and nothing stands between two."""
    return text.count("row") == 2 * rows and text.count("</row><row ") == rows - 1


@lru_cache(maxsize=20)
def _row(last: str, styles: frozenset[int]) -> re.Pattern[str]:
    style = "|".join(map(str, sorted(styles)))
    style = f'(?: s="(?:{style})")?+' if styles else ""
    columns = map(chr, range(ord("A"), ord(last) + 1))
    return re.compile(ROW + "".join(CELL % (letter, style) for letter in columns) + "</row>")


def _rows(numbers: list[int], columns: list[tuple[str, ...]], shared: Texts) -> Rows | None:
    if any(later <= number for number, later in pairwise(numbers)):
        return None
    texts = _Texts(shared)
    lines = [*zip(*(map(texts.__getitem__, column) for column in columns), strict=True)]
    if not texts.all_known:
        return None
    return [row for row in zip(numbers, lines, strict=True) if row[1][0] or any(row[1])]


class _Texts(dict[str, str]):
    """What a cell reads as, by what stands in it; most stand in many cells of a large file."""

    def __init__(self, shared: Texts) -> None:
        self.all_known = True
        self._shared = cache(shared)

    def __missing__(self, word: str) -> str:
        text = self[word] = word if AS_WRITTEN(word) else self._text(word)
        return text

    def _text(self, word: str) -> str:
        if word.startswith(NAMED):
            known, at = self._shared(), word[len(NAMED) :]
            if at.isdigit() and int(at) < len(known):
                return text_of(known[int(at)])
        elif NUMBER(word) and isfinite(float(word)):
            return text_of(float(word))
        self.all_known = False
        return ""
