"""Sixty thousand instruments: counted, listed, filtered and sorted in few queries, quickly."""

from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicators.measures import compute_of
from metroplan.common.periods import Period
from tests.supervision.many import UNITS, add_many
from tests.world import World

MOST_QUERIES = 15
TRIES = 3


def quickest(act) -> float:
    """Seconds; other work on the machine must not decide."""
    found = []
    for _ in range(TRIES):
        begun = perf_counter()
        act()
        found.append(perf_counter() - begun)
    return min(found)


def test_rates_of_sixty_thousand_are_counted_in_two_queries(world: World):
    add_many(world)
    units = [world.units[unit].pk for unit in UNITS]
    for key, whole in (
        ("compulsory_verification_rate", 48_000),
        ("key_instrument_verification_rate", 48_000),
        ("verification_pass_rate", None),
    ):
        with CaptureQueriesContext(connection) as queries:
            figures = compute_of(key)(units, Period.parse("2024Q1"))
        assert len(queries) == 2
        taken = quickest(lambda key=key: compute_of(key)(units, Period.parse("2024Q1")))
        if whole:
            assert sum(figure.denominator for figure in figures.values()) == whole
            # Five of the eight in ten that are subject.
            assert sum(figure.numerator for figure in figures.values()) == 30_000
        assert taken < 2


def test_sixty_thousand_are_listed_and_filtered_in_few_queries(world, client):
    add_many(world)
    address = reverse("supervision:instrument-list")
    for person in ("leader", "city_leader"):
        client.force_login(world.people[person])
        for query in ({}, {"q": "123"}, {"page": "300"}, {"order": "-valid_until"}):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address, query)
            assert response.status_code == 200
            assert response.context["rows"]
            assert len(queries) <= MOST_QUERIES
            # 0.2 s is asked on two cores with nothing else to do; tests may share them.
            assert quickest(lambda query=query: client.get(address, query)) < 0.5
