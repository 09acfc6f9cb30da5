"""Each check at its edges, with numbers worked by hand."""

from decimal import Decimal

import pytest

from indicators.plausibility.checks import judge
from indicators.plausibility.settings import DEFAULTS, SETTINGS, SettingError, parse_settings
from indicators.plausibility.terms import Background, Peers, Traits
from indicators.rules import Figure

COUNT = Traits("count", "stock")
FLOW = Traits("count", "flow")
RATE = Traits("ratio", "stock", 1)
RATE_FLOW = Traits("ratio", "flow", 1)
DONE = Traits("yes_no", "stock")
Q1 = 2022 * 4  # 2022Q1


def figure(answer) -> Figure:
    if answer == "/":
        return Figure("not_applicable")
    if isinstance(answer, tuple):
        return Figure("value", None, Decimal(answer[0]), Decimal(answer[1]))
    return Figure("value", Decimal(answer))


def history(answers, until: int) -> dict[int, Figure]:
    """The answers of the quarters right before `until`; None for one that is missing."""
    first = until - len(answers)
    return {first + i: figure(a) for i, a in enumerate(answers) if a is not None}


def found(check, answer, past=(), *, k=Q1, traits=COUNT, settings=None, **known):
    """The codes and parts that one check finds."""
    kind = traits.kind
    params = settings or DEFAULTS[check, kind]
    rules = {check: parse_settings(check, params)}
    background = Background(history(past, k), **known)
    return [(f.code, f.part) for f in judge(figure(answer), k, traits, rules, background)]


def params_of(check, answer, past, *, k=Q1, traits=COUNT, **known):
    rules = {check: parse_settings(check, DEFAULTS[check, traits.kind])}
    return judge(figure(answer), k, traits, rules, Background(history(past, k), **known))[0].params


@pytest.mark.parametrize(
    ("low", "high", "answer", "warned"),
    [
        ("5", "10", 5, False),
        ("5", "10", 10, False),
        ("5", "10", "4.999999", True),
        ("5", "10", "10.000001", True),
        (None, "10", 0, False),
        ("5", None, 10**9, False),
        ("5", None, 4, True),
    ],
)
def test_a_range_holds_its_ends(low, high, answer, warned):
    settings = {"low": low, "high": high}
    assert bool(found("range", answer, settings=settings)) is warned


def test_a_range_of_a_rate_is_in_percent():
    settings = {"low": "80", "high": None}
    assert found("range", (8, 10), traits=RATE, settings=settings) == []
    wrong = found("range", (79, 100), traits=RATE, settings=settings)
    assert wrong == [("figure.out_of_range", "numerator")]


@pytest.mark.parametrize(
    ("past", "answer", "warned"),
    [
        ([10, 12], 12, False),
        ([10, 12], 11, True),
        ([10, 12, None, None], 11, True),
        ([12, 10], 10, False),
        ([], 0, False),
        ([5], 0, True),
        ([5, "/"], 4, True),
    ],
)
def test_what_counts_up_may_not_fall_below_the_newest_figure(past, answer, warned):
    assert bool(found("below_last", answer, past)) is warned


def test_a_fall_within_the_tolerance_is_let_pass():
    settings = {"tolerance": "0.1"}
    assert found("below_last", 90, [100], settings=settings) == []
    assert found("below_last", 89, [100], settings=settings)


def test_a_flow_and_a_rate_may_fall():
    assert found("below_last", 3, [10], traits=FLOW) == []
    settings = {"tolerance": "0"}
    assert found("below_last", (5, 10), [(9, 10)], traits=RATE, settings=settings) == []


def test_what_was_done_does_not_become_undone():
    assert found("below_last", 0, [1], traits=DONE) == [("figure.undone", "value")]
    assert found("below_last", 1, [0], traits=DONE) == []


@pytest.mark.parametrize("slip", [10, 100, 10_000])
def test_a_slip_of_the_unit_is_seen_both_ways(slip):
    past = [50_000, 50_500, 51_000, 52_000]
    more = params_of("unit_slip", 51_000 * slip, past)
    less = params_of("unit_slip", Decimal(51_000) / slip, past)
    assert (more["factor"], less["factor"]) == (str(slip), f"1/{slip}")
    assert more["usual"] == "50,500"


@pytest.mark.parametrize(
    ("answer", "warned"),
    [(1300, True), (1301, False), (770, True), (769, False), (3000, False), (100_000, False)],
)
def test_a_slip_is_a_power_of_ten_within_the_tolerance(answer, warned):
    """The usual figure is 100: from 1000/1.3 = 769.2 to 1000·1.3."""
    assert bool(found("unit_slip", answer, [100, 100, 100, 100])) is warned


def test_a_thousandfold_is_no_slip_that_people_make():
    assert found("unit_slip", 100_000, [100] * 4) == []


def test_a_slip_needs_enough_figures_and_more_than_a_few_things():
    assert found("unit_slip", 1000, [100, 100, 100]) == []
    assert found("unit_slip", 10, [1, 1, 1, 1]) == []
    assert found("unit_slip", 20, [2, 2, 2, 2])


def test_who_reported_that_much_before_has_not_slipped():
    assert found("unit_slip", 1000, [100, 100, 100, 100, 600]) == []


def test_a_slip_in_one_part_of_a_rate_is_told_at_that_part():
    past = [(90, 100)] * 4
    assert found("unit_slip", (90, 1000), past, traits=RATE) == [
        ("figure.unit_slip", "denominator")
    ]
    assert found("unit_slip", (9, 100), past, traits=RATE) == [("figure.unit_slip", "numerator")]


LAST_YEAR = [100, 110, 95, 105]


@pytest.mark.parametrize(
    ("this_year", "answer", "warned"),
    [
        ([100], 200, True),
        ([100], 130, False),
        ([100, 105], 305, True),
        ([100, 105], 205, True),
        ([100, 105], 254, False),
        ([100, 105, 95], 400, True),
        ([100, None, 95], 400, False),
        ([], 400, False),
    ],
)
def test_a_year_so_far_in_the_place_of_a_quarter_is_seen(this_year, answer, warned):
    """With 254 the quarter would have brought less than half of the usual 100."""
    k = Q1 + len(this_year)
    got = found("year_to_date", answer, LAST_YEAR + this_year, k=k, traits=FLOW)
    assert bool(got) is warned


def test_a_unit_whose_quarters_were_that_large_is_let_pass():
    past = [100, 110, 290, 105, 100, 105]
    assert found("year_to_date", 305, past, k=Q1 + 2, traits=FLOW) == []


def test_the_year_so_far_of_a_rate_is_seen_in_its_denominator():
    past = [(90, 100)] * 7
    got = found("year_to_date", (365, 400), past, k=Q1 + 3, traits=RATE_FLOW)
    assert got == [("figure.year_to_date", "denominator")]


def test_one_quarter_in_the_place_of_all_is_seen():
    past = [100, 110, 120, 131]
    assert found("year_to_date", 10, past) == [("figure.quarter_alone", "value")]
    assert found("year_to_date", 20, past) == [("figure.quarter_alone", "value")]
    assert found("year_to_date", 21, past) == []
    assert found("year_to_date", 4, past) == []
    assert found("year_to_date", 141, past) == []


def test_the_years_mix_up_names_its_numbers():
    shown = params_of("year_to_date", 305, [*LAST_YEAR, 100, 105], k=Q1 + 2, traits=FLOW)
    assert shown["sum"] == "205"
    assert (shown["since"], shown["until"]) == ("2022Q1", "2022Q2")


def test_a_flow_far_from_its_own_figures_is_seen_from_six_on():
    """Median 100, MAD 2, so 1.4826·2 = 3; chance moves 100 by 10, and 5·10 = 50 are allowed."""
    past = [98, 102, 100, 97, 103, 100]
    assert found("outlier_history", 150, past, traits=FLOW) == []
    assert found("outlier_history", 151, past, traits=FLOW)
    assert found("outlier_history", 49, past, traits=FLOW)
    assert found("outlier_history", 151, past[1:], traits=FLOW) == []


def test_one_wild_figure_before_does_not_hide_the_next():
    past = [98, 102, 100, 97, 103, 100, 900]
    assert found("outlier_history", 900, past, traits=FLOW)


def test_a_growing_count_is_held_against_its_growth():
    """It grows by 10 a quarter from 160; chance and 3 % allow 5·4.8 = 24 around 170."""
    past = [100, 110, 120, 130, 140, 150, 160]
    assert found("outlier_history", 170, past) == []
    assert found("outlier_history", 194, past) == []
    assert found("outlier_history", 195, past) == [("figure.outlier_history", "value")]
    assert found("outlier_history", 195, past[1:]) == []


def test_quarters_without_a_figure_grow_as_well():
    past = [100, 110, 120, 130, 140, 150, 160, None, None]
    assert found("outlier_history", 190, past) == []


def test_a_rate_among_few_things_may_jump():
    past = [(9, 10), (8, 10), (9, 10), (10, 10), (9, 10), (8, 10)]
    assert found("outlier_history", (5, 10), past, traits=RATE) == []
    many = [(n * 100, 1000) for n, _ in past]
    assert found("outlier_history", (500, 1000), many, traits=RATE)


PEERS = Peers(8, Decimal("1.1"), Decimal("0.05"))


def test_counts_are_compared_with_peers_by_their_own_size():
    """The others stand at 1.1 of their usual size, so 110 is expected; 6·11 = 66 are allowed."""
    past = [100, 100, 100, 100]
    assert found("outlier_peers", 176, past, peers=PEERS) == []
    assert found("outlier_peers", 177, past, peers=PEERS) == [("figure.outlier_peers", "value")]
    assert found("outlier_peers", 43, past, peers=PEERS)
    assert found("outlier_peers", 1770, [1000] * 4, peers=PEERS)


def test_few_peers_or_no_size_of_its_own_tell_nothing():
    few = Peers(4, Decimal("1.1"), Decimal("0.05"))
    assert found("outlier_peers", 900, [100] * 4, peers=few) == []
    assert found("outlier_peers", 900, [100] * 3, peers=PEERS) == []
    assert found("outlier_peers", 900, [100] * 4) == []


def test_rates_are_compared_with_peers_as_they_are():
    peers = Peers(8, Decimal(95), Decimal(1))
    assert found("outlier_peers", (900, 1000), traits=RATE, peers=peers) == []
    assert found("outlier_peers", (800, 1000), traits=RATE, peers=peers)
    assert found("outlier_peers", (8, 10), traits=RATE, peers=peers) == []


def test_a_rate_that_was_approved_as_far_off_within_the_year_is_no_news():
    """From 95 ± 6·1.9 = 83.6 on; the scatter is 2 % of the median."""
    peers = Peers(8, Decimal(95), Decimal(1))
    low, far = (8000, 10_000), (7000, 10_000)
    assert found("outlier_peers", low, [far], traits=RATE, peers=peers) == []
    assert found("outlier_peers", far, [low], traits=RATE, peers=peers) == []
    assert found("outlier_peers", low, [(9000, 10_000)], traits=RATE, peers=peers)
    assert found("outlier_peers", low, [far, "/", "/", "/", "/"], traits=RATE, peers=peers)


PARTS = {"parts": ["a", "b"]}


def test_a_total_is_the_sum_of_its_parts():
    parts = {"a": figure(3), "b": figure(4)}
    assert found("parts", 7, settings=PARTS, parts=parts) == []
    assert found("parts", 8, settings=PARTS, parts=parts) == [("figure.parts_differ", "value")]
    dashed = {"a": figure(3), "b": figure("/")}
    assert found("parts", 3, settings=PARTS, parts=dashed) == []
    assert found("parts", 9, settings=PARTS, parts={"a": figure(3), "b": None}) == []


def test_a_rate_is_the_sum_of_its_parts_in_both_terms():
    parts = {"a": figure((1, 2)), "b": figure((3, 4))}
    assert found("parts", (4, 6), traits=RATE, settings=PARTS, parts=parts) == []
    wrong = found("parts", (4, 7), traits=RATE, settings=PARTS, parts=parts)
    assert wrong == [("figure.parts_differ", "denominator")]


def test_what_is_reported_is_what_the_register_counts():
    assert found("register", 7, registered=figure(7)) == []
    assert found("register", 7, registered=figure(6)) == [("figure.register_differs", "value")]
    assert found("register", 7, registered=figure("/")) == []
    near = {"tolerance": "0.1"}
    assert found("register", 11, settings=near, registered=figure(10)) == []
    assert found("register", 12, settings=near, registered=figure(10))


def test_a_figure_is_told_once_by_the_most_telling_check():
    rules = {
        check: parse_settings(check, params)
        for (check, kind), params in DEFAULTS.items()
        if kind == "count"
    }
    past = Background(history([100, 110, 120, 130, 140, 150, 160], Q1), peers=PEERS)
    codes = [f.code for f in judge(figure(13), Q1, COUNT, rules, past)]
    assert codes == ["figure.unit_slip"]
    codes = [f.code for f in judge(figure(150), Q1, COUNT, rules, past)]
    assert codes == ["figure.below_last"]


def test_what_does_not_apply_is_not_judged():
    assert found("below_last", "/", [5]) == []
    assert found("outlier_history", 5, ["/"] * 12) == []


@pytest.mark.parametrize(
    ("check", "raw"),
    [
        ("range", {}),
        ("range", {"low": "5", "high": "4"}),
        ("below_last", {"tolerance": "1.1"}),
        ("below_last", {"tolerance": "NaN"}),
        ("below_last", {}),
        ("unit_slip", {"tolerance": "0.3", "least": "20", "points": "2"}),
        ("unit_slip", {"tolerance": "0.3", "least": "20", "points": "4.5"}),
        ("outlier_history", {"distance": "5", "floor": "0", "points": "5"}),
        ("parts", {"parts": ["a"]}),
        ("parts", {"parts": ["a", "a"]}),
        ("register", {"tolerance": "0", "other": "1"}),
    ],
)
def test_settings_that_cannot_be_so_are_refused(check, raw):
    with pytest.raises(SettingError):
        parse_settings(check, raw)


def test_every_default_can_be_read():
    for (check, _kind), params in DEFAULTS.items():
        assert parse_settings(check, params).keys() == {s.name for s in SETTINGS[check]}
