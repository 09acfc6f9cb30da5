from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metroplan.common.text import (
    NotANumber,
    Quantity,
    decimal_of_float,
    is_blank,
    is_not_applicable,
    normalise,
    plain_number,
    read_number,
    safe_text,
    to_decimal,
    unprotected,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("１２．５", "12.5"),
        ("1,234,567.89", "1234567.89"),
        ("１，２３４", "1234"),
        ("1 234", "1234"),
        ("  -3 ", "-3"),
        ("－3", "-3"),
        ("−3", "-3"),
        ("+3", "3"),
        (".5", "0.5"),
        ("1.5万", "15000"),
        ("0.2 亿", "20000000"),
        ("12.5％", "0.125"),
        ("100 %", "1"),
        ("\ufeff7\u200b", "7"),
        ("'19", "19"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert to_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "九十",
        "约15",
        "1,23",
        "12,5",
        "1.2.3",
        "1e5",
        "224E10000913",
        "--3",
        "1万%",
        "万",
        "%",
        ".",
        "(5)",
        "3/10",
        "nan",
        "inf",
        "9" * 61,
        "١٢",
    ],
)
def test_anything_else_is_not_a_number(text):
    with pytest.raises(NotANumber) as caught:
        to_decimal(text)
    assert caught.value.code == "not_a_number"


@pytest.mark.parametrize(
    ("text", "units", "number"),
    [
        ("15项", ("项", "items"), "15"),
        ("15 Items", ("项", "items"), "15"),
        ("1.5万台", ("台",), "15000"),
        ("3.5", ("万元",), "3.5"),
        ("3.5万", ("万元",), "3.5"),
        ("3.5万元", ("万元",), "3.5"),
        ("0.2亿元", ("万元",), "2000"),
        ("35000元", ("万元",), "3.5"),
        ("3.5 ten thousand yuan", ("万元", "ten thousand yuan"), "3.5"),
    ],
)
def test_a_unit_may_stand_behind_the_number(text, units, number):
    assert to_decimal(text, units) == Decimal(number)


def test_another_unit_is_not_taken_for_the_right_one():
    with pytest.raises(NotANumber):
        to_decimal("15台", ("项",))


def test_a_percentage_keeps_what_was_written():
    assert read_number("12.5%") == Quantity(Decimal("12.5"), percent=True)


@pytest.mark.parametrize(
    "text", ["/", "／", "-", "－", "—", "——", "–", "无", "不适用", "N/A", "n/a", " ／ ", "\\"]
)
def test_dashes_slashes_and_words_say_not_applicable(text):
    assert is_not_applicable(text)


@pytest.mark.parametrize("text", ["", " ", "0", "-1", "无线", "na1"])
def test_blank_and_zero_are_not_not_applicable(text):
    assert not is_not_applicable(text)


def test_invisible_characters_alone_are_blank():
    assert is_blank("\u3000 \u200b\ufeff\n")


def test_runs_of_blanks_become_one():
    assert normalise("计量　 单位") == "计量 单位"


def test_a_stored_double_reads_as_the_spreadsheet_shows_it():
    assert decimal_of_float(0.1 + 0.2) == Decimal("0.3")
    assert decimal_of_float(36.900000000000006) == Decimal("36.9")


def test_infinity_is_no_number():
    with pytest.raises(NotANumber):
        decimal_of_float(float("inf"))


def test_numbers_are_written_in_full():
    assert plain_number(Decimal("1E+4")) == "10000"
    assert plain_number(Decimal("12.500")) == "12.5"
    assert plain_number(Decimal("100")) == "100"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_exported_text_cannot_start_a_formula(text):
    assert safe_text(text) == f"'{text}"
    assert unprotected(safe_text(text)) == text


@pytest.mark.parametrize("text", ["'19", "'", "x", "", "'tis"])
def test_only_the_mark_of_an_export_is_taken_off(text):
    assert unprotected(text) == text


@given(st.decimals(min_value=0, max_value=10**12, places=4))
def test_a_number_written_in_full_reads_back_exactly(number):
    assert to_decimal(plain_number(number)) == number
    assert to_decimal(f"{number:,f}") == number


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_is_refused(text):
    try:
        assert to_decimal(text).is_finite()
    except NotANumber:
        assert True
