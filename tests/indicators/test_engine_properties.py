"""The engine in SQL against the plain reference, and against the rules for one unit, over
countries drawn at random."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from indicators.services.marking import mark_everything
from indicators.services.recompute import drain
from tests.indicators.one_by_one import judged_one_by_one
from tests.indicators.stored_country import (
    insert_figures,
    read_standings,
    read_totals,
    same_results,
    store,
)
from tests.reference.engine import compute
from tests.reference.random_countries import countries

pytestmark = pytest.mark.django_db(transaction=True)


@given(country=countries())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stored_figures_and_statuses_equal_the_reference(monkeypatch, country):
    monkeypatch.setattr(timezone, "localdate", lambda *_: country.today)
    with transaction.atomic():
        stored = store(country)
        insert_figures(stored, country.figures)
        mark_everything()
        drain()
        totals, standings = compute(country)
        same_results(read_totals(stored), totals)
        same_results(read_standings(stored), standings)
        same_results(read_standings(stored), judged_one_by_one(stored))
        transaction.set_rollback(True)
