"""The short way for plain digits says what the validator says, or nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.figures import Line, MeasureSpec, clean_line
from indicators.plain_figures import NULL, plain_reader
from metroplan.submissions.types import CleanRow, RawCell

PARTS = ("value", "numerator", "denominator")
DIGITS = st.from_regex(r"\A[0-9]{1,17}(\.[0-9]{0,8})?\Z")
TEXTS = st.one_of(st.just(""), DIGITS, st.text("0123456789.,-+% 万亿/²٣", max_size=8))
STATES = st.sampled_from(["", "value", "zero", "not_applicable", "done"])
KINDS = st.sampled_from(["count", "ratio", "yes_no"])


def spec(kind: str, decimals: int) -> MeasureSpec:
    return MeasureSpec("m", ("数据项", "Measure"), ("家", "units"), kind, decimals)


def validated(kind: str, decimals: int, texts: list[str]) -> CleanRow | list | None:
    named = zip(PARTS, texts, strict=True)
    cells = {part: RawCell(text, text) for part, text in named if text}
    return clean_line(spec(kind, decimals), Line("", 1, cells, {}))


@given(KINDS, st.integers(0, 3), STATES, st.lists(TEXTS, min_size=3, max_size=3))
def test_the_short_way_says_what_the_validator_says(kind, decimals, state, texts):
    said = plain_reader(kind, decimals)(state, *texts)
    if said is None:
        return
    found = validated(kind, decimals, texts)
    assert isinstance(found, CleanRow)
    assert state in ("", found.state)
    parts = [None if part == NULL else Decimal(part) for part in said.split("\t")[1:]]
    assert said.split("\t")[0] == found.state
    assert parts == [found.value, found.numerator, found.denominator]


@pytest.mark.parametrize(
    ("kind", "decimals", "texts"),
    [
        ("count", 0, ["12", "", ""]),
        ("count", 0, ["0", "", ""]),
        ("count", 2, ["1.25", "", ""]),
        ("ratio", 1, ["", "9", "10"]),
        ("ratio", 1, ["", "0", "10"]),
    ],
)
def test_plain_lines_take_the_short_way(kind, decimals, texts):
    assert plain_reader(kind, decimals)("", *texts)


@pytest.mark.parametrize(
    ("kind", "decimals", "texts"),
    [
        ("count", 0, ["1.5", "", ""]),
        ("count", 0, ["-1", "", ""]),
        ("count", 0, ["1234567890123456", "", ""]),
        ("count", 0, ["5", "1", ""]),
        ("ratio", 0, ["", "11", "10"]),
        ("ratio", 0, ["", "0", "0"]),
        ("ratio", 0, ["90", "9", "10"]),
        ("yes_no", 0, ["1", "", ""]),
    ],
)
def test_what_needs_a_second_look_is_left_to_the_validator(kind, decimals, texts):
    assert plain_reader(kind, decimals)("", *texts) is None
