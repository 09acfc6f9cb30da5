"""People of the test world at their browsers."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.world import World


@pytest.fixture
def as_person(world: World, client: Client) -> Callable[[str], Client]:
    def sign_in(name: str) -> Client:
        client.force_login(world.people[name])
        return client

    return sign_in
