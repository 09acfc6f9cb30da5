"""Sixty thousand instruments and twenty thousand inspections: counted, listed and filtered in few
queries."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicators.measures import compute_of
from metroplan.common.periods import Period
from supervision.models import Inspection
from tests.supervision.many import UNITS, add_inspections, add_many
from tests.world import World

MOST_QUERIES = 15
# Three rates of the quarter stand beside those of the day.
MOST_FOR_RATES = 17
PEOPLE = ("leader", "city_leader")
INSTRUMENT_LISTS = {
    "supervision:instrument-list": [
        {},
        {"q": "123"},
        {"page": "300"},
        {"order": "-until"},
        {"order": "entity", "standing": "overdue"},
        {"group": "key-managed", "purpose": "trade", "due_to": "2024-12-31"},
    ],
    "supervision:due": [{}, {"standing": "overdue", "page": "20"}, {"group": "key-managed"}],
}
INSPECTION_LISTS = {
    "supervision:inspection-list": [
        {},
        {"q": "号单位"},
        {"page": "200"},
        {"order": "entity"},
        {"state": "closed", "outcome": "conforming", "first": "2024-01-01"},
    ],
}


def asked(lists):
    return [
        (name, person, query)
        for name, queries in lists.items()
        for person, query in product(PEOPLE, queries)
    ]


def queries_of(client, name: str, query: dict[str, str]):
    """The page, and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(reverse(name), query)
    assert response.status_code == 200, name
    return response, len(queries)


def test_rates_of_sixty_thousand_are_counted_in_two_queries(world: World):
    add_many(world)
    units = [world.units[unit].pk for unit in UNITS]
    for key in (
        "compulsory_verification_rate",
        "key_instrument_verification_rate",
        "verification_pass_rate",
    ):
        with CaptureQueriesContext(connection) as queries:
            figures = compute_of(key)(units, Period.parse("2024Q1"))
        assert len(queries) == 2
        if key != "verification_pass_rate":
            assert sum(figure.denominator for figure in figures.values()) == 48_000
            # Five of the eight in ten that are subject.
            assert sum(figure.numerator for figure in figures.values()) == 30_000


def test_sixty_thousand_instruments_are_listed_in_few_queries(world: World, client):
    add_many(world)
    for name, person, query in asked(INSTRUMENT_LISTS):
        client.force_login(world.people[person])
        response, number = queries_of(client, name, query)
        assert response.context["rows"], (name, query)
        assert number <= MOST_QUERIES, (name, query)


@pytest.mark.parametrize("query", [{}, {"day": "2024-03-31"}])
def test_rates_of_sixty_thousand_are_shown_in_few_queries(world: World, client, query):
    add_many(world)
    client.force_login(world.people["leader"])
    response, number = queries_of(client, "supervision:rates", query)
    assert number <= MOST_FOR_RATES
    assert response.context["rates"].total.tally.subject == 48_000
    if query:
        assert response.context["rates"].total.tally.verified == 30_000


def test_twenty_thousand_inspections_are_listed_in_few_queries(world: World, client):
    add_many(world, instruments=0)
    add_inspections(20_000)
    assert Inspection.objects.count() == 20_000
    for name, person, query in asked(INSPECTION_LISTS):
        client.force_login(world.people[person])
        response, number = queries_of(client, name, query)
        assert response.context["rows"], (name, query)
        assert number <= MOST_QUERIES, (name, query)
