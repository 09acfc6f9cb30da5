"""The units, measures and forms of the whole country, two people, and a year of figures."""

from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.country import FIGURES, make_measures, make_units
from bench.scales import SCALES
from indicators.models import FormMeasure, Measure
from indicators.services.plausibility import ensure_default_rules
from metroplan.common.periods import newest_closed
from metroplan.organisations.models import Organisation, OrganisationLink, User
from metroplan.organisations.services.tree import rebuild_tree
from metroplan.submissions.models import ReportingForm

BEGAN = date(2000, 1, 1)
# Before the oldest quarter of the million, so that all its figures are new.
OLDER = 20
QUARTERS = 2


def make_imports_country() -> dict[str, Any]:
    """Fills an empty database; the people who send and approve, of a unit above all provinces."""
    if not Measure.objects.exists():
        _fill()
    ensure_default_rules()
    return {user.role: user for user in User.objects.select_related("organisation")}


def _fill() -> None:
    top = Organisation.objects.create(
        code="000000", name_zh="全国", name_en="Country", level="province", valid_from=BEGAN
    )
    provinces = make_units(SCALES["national"])
    OrganisationLink.objects.bulk_create(
        OrganisationLink(child=unit, parent=top, valid_from=BEGAN) for unit in provinces
    )
    rebuild_tree(today=timezone.localdate())
    top.refresh_from_db()
    last = newest_closed(timezone.localdate()) - OLDER
    form = ReportingForm.objects.create(
        code="country",
        name_zh="季报",
        name_en="Quarterly",
        kind="figures",
        owner=top,
        level="county",
        opens=last - QUARTERS,
    )
    FormMeasure.objects.bulk_create(
        FormMeasure(form=form, measure=measure, position=number)
        for number, measure in enumerate(make_measures(SCALES["national"]))
    )
    for role in ("staff", "reviewer"):
        User.objects.create(username=role, organisation=top, role=role)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(FIGURES, {"first": (last - QUARTERS + 1).index, "last": last.index})
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")
