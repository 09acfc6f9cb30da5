"""What the template tags print."""

from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.utils import translation

from metroplan.common.periods import Period
from metroplan.common.templatetags.metroplan import exact, figure, percent, period, under


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("1234567.845", 2, "1,234,567.84"),
        ("-1234.5", 0, "-1,234"),
        ("0", 1, "0.0"),
        ("999.95", 1, "1,000.0"),
        (None, 1, "—"),
    ],
)
def test_figures_are_grouped_and_rounded_half_to_even(value, decimals, text):
    assert figure(value if value is None else Decimal(value), decimals) == text


def test_an_exact_figure_keeps_the_decimals_it_has():
    assert exact(Decimal("1422.500000")) == "1,422.5"
    assert exact(Decimal("1397.000000")) == "1,397"
    assert exact(None) == "—"


def test_shares_are_percent_and_not_clipped():
    assert percent(Decimal("0.375")) == "37.5%"
    assert percent(Decimal("3.2"), 0) == "320%"
    assert percent(None) == "—"


def test_quarters_read_well_in_both_languages():
    with translation.override("en"):
        assert period(Period.parse("2026Q3")) == "2026 Q3"
    with translation.override("zh-hans"):
        assert period(Period.parse("2026Q3")) == "2026年第三季度"
    assert period(None) == "—"


def test_a_section_holds_its_pages_and_no_namesake():
    assert under("/accounts/7/", "/accounts/")
    assert not under("/accounts-old/", "/accounts/")


def test_query_string_keeps_the_other_values(rf):
    request = rf.get("/", {"q": "城", "page": "2"})
    page = Template("{% query_replace page=3 q='' %}").render(RequestContext(request))
    assert page == "?page=3"


def test_thin_coverage_is_marked():
    marked = Template("{% coverage 7 10 %}").render(Context())
    whole = Template("{% coverage 8 10 %}").render(Context())
    assert ("mp-coverage--thin" in marked, "mp-coverage--thin" in whole) == (True, False)


def test_a_bar_stops_at_its_end_and_the_number_does_not():
    text = Template("{% progress_bar share %}").render(Context({"share": Decimal("3")}))
    assert 'value="100"' in text
    assert "300.0%" in text


def test_a_bar_that_falls_just_short_does_not_say_all_of_it():
    text = Template("{% progress_bar share %}").render(Context({"share": Decimal("0.996")}))
    assert "99.6%" in text


def test_pages_between_are_left_out():
    page = Paginator(range(1000), 10).page(50)
    text = Template("{% page_numbers page as n %}{{ n|length }}").render(Context({"page": page}))
    assert text == "9"
