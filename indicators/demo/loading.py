"""Loads all demonstration data; a plan that has them already is left alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import translation

from indicators.demo.accounts import create_demo_accounts, refuse_without_demo
from indicators.demo.lines import historic_csv
from indicators.demo.quarter import report_quarter
from indicators.demo.scene import load_scene
from indicators.demo.targets import DOCUMENT, break_down
from indicators.models import ImportBatch
from indicators.plan_file.revised import first_day
from indicators.services.imports import import_figures
from indicators.services.known_from import set_known_from
from metroplan.common.periods import newest_closed
from metroplan.plans.models import Plan


@dataclass(frozen=True, slots=True)
class PlanLoaded:
    plan: str
    figures: int
    targets: int
    submissions: int


def load_demo(*, today: date) -> Iterator[PlanLoaded]:
    """Accounts, then plan by plan, each in one transaction; yields what is new. Progress is
    left to compute. Raises `demo.not_allowed` outside development."""
    refuse_without_demo()
    create_demo_accounts()
    for plan in plans_without_figures():
        with translation.override(settings.LANGUAGE_CODE):
            yield load_plan_figures(plan, today=today)


def plans_without_figures() -> list[Plan]:
    loaded = ImportBatch.objects.filter(is_demo=True).values_list("file__name", flat=True)
    plans = Plan.objects.filter(indicators__isnull=False).select_related("organisation").distinct()
    return [plan for plan in plans if file_name(plan) not in set(loaded)]


def file_name(plan: Plan) -> str:
    return f"{plan.code}-demo.csv"


@transaction.atomic
def load_plan_figures(plan: Plan, *, today: date) -> PlanLoaded:
    newest = newest_closed(today)
    scene = load_scene(plan, newest.index)
    report = import_figures(
        name=file_name(plan),
        content=historic_csv(scene, (newest - 1).index),
        document=DOCUMENT,
        actor=None,
        is_demo=True,
    )
    if report.refused:
        raise RuntimeError(f"demonstration figures of {plan.code} refused: {report.issues[:3]}")
    set_known_from(batch=report.batch, day=first_day(plan), actor=None)
    return PlanLoaded(
        plan=plan.code,
        figures=report.changed,
        targets=break_down(scene, newest.index),
        submissions=report_quarter(scene, newest),
    )
