"""A person of the test world as a client of the API."""

from rest_framework.test import APIClient

from tests.world import World

ROOT = "/api/v1/"


def caller(world: World, person: str = "leader", language: str = "en") -> APIClient:
    client = APIClient(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(world.people[person])
    return client
