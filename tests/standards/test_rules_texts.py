"""Reading what people write: performances, ranges, units, names, codes, credit codes."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metroplan.common.uscc import ALPHABET, check_character, uscc_problem
from standards.rules import codes, naming, performance, ranges, ucum
from standards.rules.faults import Refused
from standards.rules.ranges import Range, decimal

U, CLASS, MPE = "uncertainty", "accuracy_class", "mpe"


@pytest.mark.parametrize(
    ("kind", "text", "value", "unit", "k"),
    [
        (U, "U=0.2″ (k=2)", "0.2", "''", "2"),
        (U, "Ｕ＝０．２＂（ｋ＝２）", "0.2", "''", "2"),
        (U, "Urel=0.5% (k=2)", "0.5", "%", "2"),
        (U, "U_rel = 1×10⁻⁶，k=2", "0.000001", "1", "2"),
        (U, "U95 = 0.15 μm, k=2.1", "0.15", "um", "2.1"),
        (U, "k=2, U=0.02 ℃", "0.02", "Cel", "2"),
        (U, "U=(0.1+0.2L) μm, k=2", None, "", "2"),
        (U, "U=0.05%~0.1% (k=2)", None, "", "2"),
        (CLASS, "0.05级", "0.05", "", None),
        (CLASS, "０．０５ 级", "0.05", "", None),
        (CLASS, "准确度等级：0.02级", "0.02", "", None),
        (CLASS, "F1等级", None, "", None),
        (CLASS, "二等", None, "", None),
        (CLASS, "E2", None, "", None),
        (MPE, "MPE: ±(1+1×10⁻⁶D) mm", None, "mm", None),
        (MPE, "±0.5%", "0.5", "%", None),
        (MPE, "最大允许误差：±０．５％", "0.5", "%", None),
        (MPE, "MPEV: 0.02mm", "0.02", "mm", None),
        (MPE, "MPE: -0.1mm~+0.2mm", None, "", None),
    ],
)
def test_a_performance_is_read_beside_its_text(kind, text, value, unit, k):
    found = performance.parse(kind, text)
    assert found.kind == kind
    assert (found.value, found.k) == tuple(n and Fraction(n) for n in (value, k))
    assert found.unit == unit


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (U, "U=0.2% (k=2)，0.05级", "two_kinds"),
        (CLASS, "0.05级 (U=0.1%, k=2)", "two_kinds"),
        (MPE, "MPE: ±0.5%; Urel=0.1% (k=2)", "two_kinds"),
        (MPE, "0.05级，±0.1%", "two_kinds"),
        (U, "±0.5%", "other_kind"),
        (MPE, "二等", "other_kind"),
        (CLASS, "MPE: ±0.1 mm", "other_kind"),
        (U, "0.2 mm", "unreadable"),
        (U, "U=", "unreadable"),
        (MPE, "很好", "unreadable"),
    ],
)
def test_two_kinds_on_a_line_and_a_kind_not_chosen_are_refused(kind, text, code):
    with pytest.raises(Refused) as refused:
        performance.parse(kind, text)
    assert refused.value.fault.code == f"performance.{code}"


@given(
    st.sampled_from([U, MPE]),
    st.decimals(min_value=Decimal("0.0001"), max_value=9999, places=4),
    st.sampled_from(["mm", "%", "μm", "″", "℃", "kPa"]),
)
def test_what_is_written_out_is_read_back(kind, value, unit):
    text = f"U={value}{unit} (k=2)" if kind == U else f"MPE: ±{value} {unit}"
    found = performance.parse(kind, text)
    assert found.value == Fraction(value)
    assert ucum.known(found.unit)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("(0~500) mm", "", ("0", "500", "mm")),
        ("（０～５００）ｍｍ", "", ("0", "500", "mm")),
        ("0～500 mm", "m", ("0", "0.5", "m")),
        ("-30℃~300℃", "", ("-30", "300", "Cel")),
        ("(-30～300) ℃", "", ("-30", "300", "Cel")),
        ("1mg~500g", "", ("0.001", "500", "g")),
        ("±90°", "", ("-90", "90", "deg")),
        ("≤60 kg", "", (None, "60", "kg")),
        ("1×10⁻³Ω~1×10⁵Ω", "", ("0.001", "100000", "Ohm")),
        ("(0.1-60) MPa", "", ("0.1", "60", "MPa")),
        ("10m³/h以下", "", (None, "10", "m3/h")),
        ("0~500", "mm", ("0", "500", "mm")),
        ("100 N", "", ("100", "100", "N")),
    ],
)
def test_a_range_is_read_beside_its_text(text, unit, expected):
    found = ranges.parse(text, unit)
    ends = tuple(None if end is None else f"{decimal(end):f}" for end in (found.low, found.high))
    assert (*ends, found.unit) == expected


@pytest.mark.parametrize("text", ["DN15~DN50", "(20~70)HRC", "M1等级", "", "各种规格"])
def test_a_text_that_states_no_range_stays_a_text(text):
    assert ranges.parse(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("(500~0) mm", "", "range.reversed"),
        ("2m~500mm", "", "range.reversed"),
        ("0~5", "furlong", "unit.unknown"),
        ("(0~500) mm", "kg", "range.other_unit"),
        ("0~1e15 mm", "", "range.too_large"),
    ],
)
def test_a_range_that_cannot_be_is_refused(text, unit, code):
    with pytest.raises(Refused) as refused:
        ranges.parse(text, unit)
    assert refused.value.fault.code == code


def span(low, high, unit="mm"):
    return Range(
        None if low is None else Fraction(low), None if high is None else Fraction(high), unit
    )


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        ([span(0, 500)], span(0, 500), True),
        ([span(0, 500)], span(0, 501), False),
        ([span(0, 500)], span(0, "0.5", "m"), True),
        ([span(0, 100), span(100, 500)], span(50, 200), True),
        ([span(0, 100), span(101, 500)], span(50, 200), False),
        ([span(0, 100), span(0, 1000, "kg")], span(50, 200, "kg"), True),
        ([span(None, 500)], span(None, 100), True),
        ([span(0, 500)], span(None, 100), False),
        ([span(0, 500)], span(1, 2, "kg"), None),
        ([span(0, 1, "deg")], span(0, 60, "'"), True),
        ([], span(0, 1), None),
    ],
)
def test_a_service_lies_within_what_the_lines_together_measure(outer, inner, holds):
    assert ranges.contains(outer, inner) is holds


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        ("m", "mm", "1000"),
        ("MPa", "kPa", "1000"),
        ("bar", "kPa", "100"),
        ("h", "min", "60"),
        ("L", "m3", "0.001"),
        ("kW.h", "MJ", "3.6"),
        ("N.m", "J", "1"),
        ("deg", "''", "3600"),
        ("%", "[ppm]", "10000"),
        ("m3/h", "L/min", None),
    ],
)
def test_units_of_one_quantity_convert_exactly(one, other, factor):
    assert ucum.comparable(one, other)
    expected = Fraction(factor) if factor else Fraction(1000, 60)
    assert ucum.convert(Fraction(1), one, other) == expected


def test_degrees_celsius_have_a_zero_of_their_own():
    assert ucum.convert(Fraction(20), "Cel", "K") == Fraction("293.15")
    assert ucum.convert(Fraction("293.15"), "K", "Cel") == 20


@pytest.mark.parametrize("unit", ["", "furlong", "mmm", "℃", "kg/", "m..s", "HRC", "m^999999"])
def test_what_is_no_unit_is_not_known(unit):
    assert not ucum.known(unit)


@pytest.mark.parametrize(
    "name",
    [
        "二等量块标准器组",
        "E2等级砝码标准器组",
        "0.05级活塞式压力计标准装置",
        "燃油加油机检定装置",
        "水表检定装置",
        "万能角度尺校准装置",
    ],
)
def test_a_name_by_the_rule(name):
    assert naming.problems(name) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "missing"), ("量块", "ending"), ("长度室", "ending"), ("标准装置", "only_ending")],
)
def test_a_name_against_the_rule(name, code):
    assert [fault.code for fault in naming.problems(name)] == [f"name.{code}"]


@pytest.mark.parametrize("code", ["", "12710100", "01219000", "12110000"])
def test_a_code_by_the_rule(code):
    assert codes.problems(code, code[:2] or "12") == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("1271010", "shape"),
        ("1271010x", "shape"),
        ("０１219000", "shape"),
        ("01219000", "other_field"),
        ("12001000", "gap"),
        ("12000000", "only_field"),
    ],
)
def test_a_code_against_the_rule(code, fault):
    assert [found.code for found in codes.problems(code, "12")] == [f"code.{fault}"]


BODY = "91430600MA4L2N0P8"
CODE = BODY + check_character(BODY)


def test_a_credit_code_with_its_check_character_is_sound():
    assert uscc_problem("91350100M000100Y43") is None
    assert uscc_problem(CODE) is None


@pytest.mark.parametrize("text", ["", CODE[:-1], CODE + "0", CODE.replace("M", "I"), CODE.lower()])
def test_a_credit_code_of_another_shape_is_refused(text):
    assert uscc_problem(text)


@given(st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_character_mistyped_is_always_found(place, char):
    wrong = CODE[:place] + char + CODE[place + 1 :]
    assert (uscc_problem(wrong) is None) == (wrong == CODE)
