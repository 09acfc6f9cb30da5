"""What every test stands on."""

import os

import hypothesis
import pytest
from django.conf import settings

from metroplan import embedded
from metroplan.machine import EmbeddedError
from tests.indicators.registering import registered
from tests.world import World, allow_test_flush, make_world

for profile, examples in (("ci", 200), ("nightly", 2000)):
    hypothesis.settings.register_profile(
        profile, max_examples=examples, deadline=None, print_blob=True
    )
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Embedded PostgreSQL and Redis run for the length of the test run."""
    services = embedded.lease(settings.VAR_DIR)
    try:
        services.__enter__()
    except EmbeddedError as error:
        pytest.exit(str(error), returncode=1)
    config.add_cleanup(lambda: services.__exit__(None, None, None))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        allow_test_flush()


@pytest.fixture
def world(db) -> World:
    return make_world()


@pytest.fixture
def register(db):
    with registered() as made:
        yield made
