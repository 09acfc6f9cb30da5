"""Clients of the API, and a quarter of the test world to ask about."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from indicators.services.recompute import recompute_all
from metroplan.organisations.services.tokens import create_token
from metroplan.submissions.models import Submission
from tests.routes import Things, make_things
from tests.submissions.quarter import QUARTER, filled
from tests.world import World, report

ROOT = "/api/v1/"


@pytest.fixture
def things(world: World) -> Things:
    return make_things(world)


@pytest.fixture
def api(world: World) -> Callable[..., APIClient]:
    """Signed in by session, as a page's script would be."""

    def sign_in(person: str, language: str = "en") -> APIClient:
        client = APIClient(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(world.people[person])
        return client

    return sign_in


@pytest.fixture
def by_token(world: World) -> Callable[..., APIClient]:
    def sign_in(person: str, scope: str = "push") -> APIClient:
        _token, key = create_token(user=world.people[person], name="t", scope=scope, days=30)
        return APIClient(HTTP_AUTHORIZATION=f"Token {key}", HTTP_ACCEPT_LANGUAGE="en")

    return sign_in


@pytest.fixture
def figures(world: World) -> World:
    """Two counties of C1 have reported; everything is computed."""
    report(world, "units", "A", QUARTER, "12")
    report(world, "units", "B", QUARTER, "0")
    report(world, "standards", "A", QUARTER, "30")
    report(world, "rate", "A", QUARTER, ("9", "10"))
    recompute_all()
    return world


def push(
    client: APIClient,
    submission: Submission,
    content: bytes | None = None,
    *,
    seen: int | None = 0,
    key: str = "",
    query: str = "",
    name: str = "季报.csv",
):
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    if seen is not None:
        headers["HTTP_IF_MATCH"] = f'"{seen}"'
    file = SimpleUploadedFile(name, filled() if content is None else content)
    sent = {"submission": submission.pk, "file": file}
    return client.post(f"{ROOT}uploads/{query}", sent, format="multipart", **headers)
