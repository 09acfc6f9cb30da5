"""On which days a standard counts: boundary days, overlaps, revocations, states."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from standards.rules.in_force import (
    Event,
    Span,
    Validity,
    first_difference,
    spans,
    state_on,
    united,
)

COUNTING = {"in_force", "reexamination"}
DAY = timedelta(days=1)


def d(text: str) -> date:
    return date.fromisoformat(text)


def counted(events, certificates, *, public=False):
    rows = [Event(d(since), number, state) for number, (since, state) in enumerate(events)]
    held = [Validity(kind, *(x and d(x) for x in days)) for kind, *days in certificates]
    found = spans(rows, held, public=public, counting=COUNTING)
    return [(str(span.first), str(span.last)) for span in found]


USED = [("2020-01-01", "in_force")]
EXAM = ("examination", "2020-03-01", "2024-02-29")


def test_both_end_days_of_a_certificate_count():
    assert counted(USED, [EXAM]) == [("2020-03-01", "2024-02-29")]


def test_certificates_that_overlap_or_meet_are_one_span():
    meeting = ("examination", "2024-03-01", "2029-02-28")
    overlapping = ("examination", "2023-12-01", "2029-02-28")
    assert counted(USED, [EXAM, meeting]) == [("2020-03-01", "2029-02-28")]
    assert counted(USED, [overlapping, EXAM]) == [("2020-03-01", "2029-02-28")]


def test_a_day_between_two_certificates_is_a_gap():
    later = ("examination", "2024-03-02", "2029-02-28")
    assert counted(USED, [EXAM, later]) == [
        ("2020-03-01", "2024-02-29"),
        ("2024-03-02", "2029-02-28"),
    ]


def test_a_revoked_certificate_is_not_valid_from_that_day():
    assert counted(USED, [(*EXAM, "2022-07-01")]) == [("2020-03-01", "2022-06-30")]
    assert counted(USED, [(*EXAM, "2020-03-01")]) == []
    assert counted(USED, [(*EXAM, "2019-01-01")]) == []


def test_another_certificate_goes_on_where_one_is_revoked():
    other = ("examination", "2022-01-01", "2023-12-31")
    assert counted(USED, [(*EXAM, "2022-07-01"), other]) == [("2020-03-01", "2023-12-31")]


def test_a_public_standard_needs_both_certificates():
    public = ("public", "2020-05-01", "2023-04-30")
    assert counted(USED, [EXAM], public=True) == []
    assert counted(USED, [EXAM, public], public=True) == [("2020-05-01", "2023-04-30")]
    assert counted(USED, [EXAM, public]) == [("2020-03-01", "2024-02-29")]


def test_it_counts_under_reexamination_and_not_while_sealed():
    events = [
        *USED,
        ("2021-06-01", "sealed"),
        ("2022-01-01", "in_force"),
        ("2023-09-01", "reexamination"),
        ("2024-01-15", "revoked"),
    ]
    assert counted(events, [EXAM]) == [("2020-03-01", "2021-05-31"), ("2022-01-01", "2024-01-14")]


def test_of_two_events_of_one_day_the_later_recorded_holds():
    events = [*USED, ("2021-06-01", "revoked"), ("2021-06-01", "in_force")]
    assert counted(events, [EXAM]) == [("2020-03-01", "2024-02-29")]
    assert counted([*USED, *reversed(events[1:])], [EXAM]) == [("2020-03-01", "2021-05-31")]


def test_without_a_state_or_a_certificate_it_never_counts():
    assert counted([], [EXAM]) == counted(USED, []) == []


def test_the_first_day_that_differs():
    old = [Span(d("2020-01-01"), d("2024-12-31"))]
    assert first_difference(old, old) is None
    assert first_difference([], old) == d("2020-01-01")
    assert first_difference(old, [Span(d("2020-01-01"), d("2022-06-30"))]) == d("2022-07-01")
    assert first_difference(old, [Span(d("2019-01-01"), d("2024-12-31"))]) == d("2019-01-01")
    later = [*old, Span(d("2026-01-01"), d("2027-12-31"))]
    assert first_difference(old, later) == d("2026-01-01")


days = st.integers(0, 120).map(lambda n: date(2020, 1, 1) + n * DAY)
states = st.sampled_from(["planned", "in_force", "reexamination", "sealed", "revoked"])
events = st.lists(st.tuples(days, states), max_size=6).map(
    lambda rows: [Event(day, number, state) for number, (day, state) in enumerate(rows)]
)
validities = st.lists(
    st.tuples(
        st.sampled_from(["examination", "public"]),
        days,
        st.integers(0, 60),
        st.none() | days,
    ).map(lambda row: Validity(row[0], row[1], row[1] + row[2] * DAY, row[3])),
    max_size=6,
)


def counts(rows, held, day, *, public):
    def valid(kind):
        return any(
            item.kind == kind
            and item.first <= day <= item.last
            and not (item.revoked_on and item.revoked_on <= day)
            for item in held
        )

    return (
        state_on(rows, day) in COUNTING and valid("examination") and (not public or valid("public"))
    )


@given(events, validities, st.booleans())
def test_the_spans_hold_exactly_the_days_that_the_definition_says(rows, held, public):
    found = spans(rows, held, public=public, counting=COUNTING)
    for n in range(200):
        day = date(2020, 1, 1) + n * DAY
        within = any(span.first <= day <= span.last for span in found)
        assert within == counts(rows, held, day, public=public)
    assert all(b.first > a.last + DAY for a, b in pairwise(found))


spanned = st.lists(st.tuples(days, st.integers(0, 20)), max_size=5).map(
    lambda rows: united(Span(day, day + n * DAY) for day, n in rows)
)


@given(spanned, spanned)
def test_the_first_difference_is_the_first_day_in_only_one(old, new):
    def on(found, day):
        return any(span.first <= day <= span.last for span in found)

    all_days = (date(2020, 1, 1) + n * DAY for n in range(200))
    assert first_difference(old, new) == next(
        (day for day in all_days if on(old, day) != on(new, day)), None
    )
