"""What is still awaited stands before what is settled in the list of findings."""

from datetime import timedelta

from django.urls import reverse

from supervision.services.findings import recheck_finding
from tests.supervision.campaign import ordered, today
from tests.world import World


def test_the_nearest_deadline_comes_first_and_what_is_settled_last(world: World, client):
    settled = [ordered(world, due_on=today() + timedelta(days=days)) for days in (1, 3)]
    awaited = [ordered(world, due_on=today() + timedelta(days=days)) for days in (4, 2)]
    for finding in settled:
        recheck_finding(actor=world.people["clerk"], finding=finding, on=today(), rectified=True)
    client.force_login(world.people["clerk"])
    rows = client.get(reverse("supervision:finding-list")).context["rows"]
    numbers = [row.finding.number for row in rows]
    assert numbers == [item.number for item in [*reversed(awaited), *reversed(settled)]]
