"""Whatever happens in whatever order: what the marks gave is what computing everything gives."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.models import DirtyMark, Measure, Target
from indicators.services.map_changes import follow_calendar
from indicators.services.marking import mark_asked, mark_everything
from indicators.services.quarters import begin_quarter
from indicators.services.recompute import drain
from indicators.services.verify import wrong_results
from metroplan.common.problems import MetroplanError
from metroplan.organisations.map_changes import Successor
from metroplan.organisations.models import Organisation
from metroplan.organisations.services.changes import apply_change
from tests.indicators.stored_country import (
    Stored,
    read_map,
    read_owned,
    read_standings,
    read_totals,
    same_results,
    store,
    store_form,
    store_indicator,
    store_links,
    target_row,
    write,
)
from tests.reference import random_countries as at_random
from tests.reference.engine import compute
from tests.reference.terms import Country

pytestmark = pytest.mark.django_db(transaction=True)


class Office:
    """A stored country in which things happen: each to the country and to the database."""

    def __init__(self, country: Country, rng: Random) -> None:
        self.country, self.rng = country, rng
        self.stored: Stored = store(country)
        write(self.stored, country.figures)
        mark_everything()

    def happen(self) -> None:
        happenings: list[Callable[[], None]] = [
            self.approve, self.approve, self.approve, self.correct, self.revise_target,
            self.transfer, self.end_unit, self.change_map, self.change_form, self.add_indicator,
            self.go_on, drain, drain,
        ]  # fmt: skip
        self.rng.choice(happenings)()

    def any_unit(self) -> str:
        return self.rng.choice(list(self.country.units))

    def approve(self) -> None:
        """One unit's quarter."""
        unit = self.any_unit()
        k = self.rng.randint(at_random.FIRST - 2, self.country.newest_closed)
        fresh = {
            (code, unit, k): at_random.some_figure(measure, self.rng, 20)
            for code, measure in self.country.measures.items()
            if self.rng.random() < 0.7
        }
        self.country.figures |= fresh
        write(self.stored, fresh)

    def correct(self) -> None:
        if self.country.figures:
            key = self.rng.choice(sorted(self.country.figures))
            figure = at_random.some_figure(self.country.measures[key[0]], self.rng, 20)
            self.country.figures[key] = figure
            write(self.stored, {key: figure})

    def revise_target(self) -> None:
        code = self.rng.choice(list(self.country.indicators))
        unit, year = self.any_unit(), self.rng.randint(2018, 2024)
        at_random.set_target(self.country, self.rng, code, unit, year)
        row = target_row(self.stored, code, self.country.indicators[code], unit, year)
        row.revision += Target.objects.filter(
            indicator=row.indicator_id, organisation=row.organisation_id, milestone=row.milestone_id
        ).count()
        row.save()
        self.mark(self.country.indicators[code].series.measure)

    def transfer(self) -> None:
        """Links rewritten as a corrected file of divisions does it."""
        day = at_random.some_day(self.country, self.rng)
        unit = self.any_unit()
        if unit != "P":
            at_random.transfer(self.country, self.rng, unit, day)
        store_links(self.stored, self.country)
        mark_everything()

    def end_unit(self) -> None:
        unit = self.any_unit()
        if unit != "P":
            at_random.end(self.country, unit, at_random.some_day(self.country, self.rng))
        store_links(self.stored, self.country)
        mark_everything()

    def change_map(self) -> None:
        """As staff do it, by a document; refused where it does not fit."""
        units = list(Organisation.objects.order_by("code"))
        one, other = self.rng.sample(units, 2)
        kind, successors, parent = self.rng.choice(
            [
                ("transfer", [], other),
                ("abolish", [], None),
                ("merge", [Successor(other.code)], None),
                ("rename", [new_unit(len(units))], None),
                ("split", [half(new_unit(len(units))), half(new_unit(len(units) + 1))], None),
            ]
        )
        day = at_random.some_day(self.country, self.rng) + timedelta(days=self.rng.choice([0, 200]))
        try:
            apply_change(
                kind=kind,
                effective_on=day,
                units=[one],
                document="1",
                actor=None,
                today=self.country.today,
                successors=successors,
                parent=parent,
            )
        except MetroplanError:
            return
        read_map(self.stored, self.country)
        read_owned(self.stored, self.country)

    def change_form(self) -> None:
        if self.country.forms:
            code, form = self.rng.choice(list(self.country.forms.items()))
            before = form.measures
            form.opens += self.rng.randint(-3, 3)
            form.closes = None if self.rng.random() < 0.5 else form.opens + self.rng.randint(0, 9)
            form.measures = sorted(
                self.rng.sample(list(self.country.measures), self.rng.randint(1, 2))
            )
            store_form(self.stored, code, form)
            self.mark(*before, *form.measures)

    def add_indicator(self) -> None:
        code = at_random.add_indicator(self.country, self.rng)
        store_indicator(self.stored, code, self.country.indicators[code])
        self.mark(self.country.indicators[code].series.measure)

    def go_on(self) -> None:
        """A quarter passes: what beat does every day."""
        self.country.today += timedelta(days=92)
        follow_calendar(today=self.country.today)
        read_owned(self.stored, self.country)
        begin_quarter(today=self.country.today)

    def mark(self, *codes: str) -> None:
        mark_asked(measures=Measure.objects.filter(code__in=codes))


def new_unit(number: int) -> Successor:
    return Successor(f"{990000 + number}", name_zh="新区", name_en="New")


def half(unit: Successor) -> Successor:
    return Successor(unit.code, Decimal("0.5"), unit.name_zh, unit.name_en)


@given(
    country=at_random.countries(),
    seed=st.integers(0, 2**32 - 1),
    happenings=st.integers(1, 12),
)
@settings(
    max_examples=settings().max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_marks_give_what_computing_everything_gives(monkeypatch, country, seed, happenings):
    monkeypatch.setattr(timezone, "localdate", lambda *_: country.today)
    with transaction.atomic():
        office = Office(country, Random(seed))
        for _ in range(happenings):
            office.happen()
        drain()
        assert not DirtyMark.objects.exists()
        assert wrong_results() == []
        totals, standings = compute(country)
        same_results(read_totals(office.stored), totals)
        same_results(read_standings(office.stored), standings)
        transaction.set_rollback(True)
