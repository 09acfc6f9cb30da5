"""Ten thousand standards: listed, filtered and sorted in few queries."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from standards.models import Certificate, Grade, InForceSpan, MeasurementStandard, StateEvent
from tests.standards.covered import add_institute
from tests.world import World

MANY = 10_000
MOST_QUERIES = 15


def add_many(world: World, number: int) -> None:
    """By turns of every state, field and holder; a third of them lapsed."""
    holders = [add_institute(world, unit) for unit in ("P", "C1", "C2", "A", "B", "D")]
    states = ("in_force", "reexamination", "sealed", "planned")
    made = MeasurementStandard.objects.bulk_create(
        MeasurementStandard(
            number=f"N-{at:05d}",
            name=f"{at}号数字压力计标准装置",
            field=("01", "04", "12")[at // 6 % 3],
            institute=holders[at % len(holders)],
            holder_kind=("public", "enterprise")[at % 2],
        )
        for at in range(number)
    )
    first = date(2021, 1, 1)
    lasts = [date(2024, 1, 1) + timedelta(days=at % 2000) for at in range(number)]
    StateEvent.objects.bulk_create(
        StateEvent(standard=item, state=states[at % 4], since=first) for at, item in enumerate(made)
    )
    Grade.objects.bulk_create(
        Grade(standard=item, since=first, change="new", rank=("highest", "lower")[at % 2])
        for at, item in enumerate(made)
    )
    Certificate.objects.bulk_create(
        Certificate(
            standard=item,
            kind="examination",
            number=f"C-{at}",
            valid_from=first,
            valid_until=lasts[at],
        )
        for at, item in enumerate(made)
    )
    InForceSpan.objects.bulk_create(
        InForceSpan(standard=item, first=first, last=lasts[at])
        for at, item in enumerate(made)
        if at % 4 < 2
    )
    with connection.cursor() as cursor:
        # The database gathers its statistics by itself a minute after such a load.
        cursor.execute("ANALYZE")


@pytest.mark.parametrize("person", ["leader", "city_leader"])
def test_ten_thousand_are_listed_and_filtered_in_few_queries(world, client, person):
    add_many(world, MANY)
    client.force_login(world.people[person])
    address = reverse("standards:standard-list")
    unit = world.units["C1"].code
    for query in (
        {},
        {"q": "压力", "field": "12", "standing": "counts", "rank": "highest", "order": "-until"},
        {"q": "C-77", "level": "county", "organisation": unit},
        {"standing": "expired", "order": "state", "page": "3"},
        {"lapses": "2025Q1", "on": "2024-12-31", "order": "unit"},
    ):
        client.get(address, query)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address, query)
        assert response.status_code == 200
        assert response.context["rows"] or query.get("q") == "C-77"
        assert len(queries) <= MOST_QUERIES


def test_an_export_asks_as_often_for_many_as_for_few(world, client):
    client.force_login(world.people["leader"])
    counts = set()
    for number in (2, 200):
        MeasurementStandard.objects.all().delete()
        add_many(world, number)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("standards:standard-export"), {"format": "json"})
        assert b"".join(response.streaming_content).count(b'"number": "N-') == number
        counts.add(len(queries))
    assert len(counts) == 1
