"""The newest quarter of the Guangxi plan, open and empty, with people on the whole way."""

from decimal import Decimal

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from indicators.models import Indicator, Measure, Target
from indicators.services.marking import mark_asked
from indicators.services.observations import Figure, write_figures
from indicators.services.recompute import drain
from metroplan.common.periods import Period, newest_closed
from metroplan.organisations.models import Organisation, Role, User
from metroplan.submissions.models import ReportingForm
from metroplan.submissions.services.opening import open_form
from tests.world import PASSWORD, allow_test_flush

PLAN, MEASURE, INDICATOR = "guangxi-2014", "integrity_units", "integrity-units"
PROVINCE, CITY, COUNTY, NEIGHBOUR = "450000", "450100", "450103", "450105"
CITY_TARGET = 200
EARLIER = {NEIGHBOUR: 150, "450202": 2750}
"""County → what it reported before: the province lacks 100 to its 3000, the city 50 to its 200."""

PEOPLE = {
    "reporter": (COUNTY, Role.REPORTER),
    "city-reviewer": (CITY, Role.REVIEWER),
    "reviewer": (PROVINCE, Role.REVIEWER),
    "staff": (PROVINCE, Role.STAFF),
    "leader": (PROVINCE, Role.LEADER),
    "city-leader": (CITY, Role.LEADER),
}


def make_quarter() -> Period:
    """Real units and a real plan, computed; the quarter's form is open and nothing is in it."""
    allow_test_flush()
    period = _load()
    drain()
    return period


@transaction.atomic
def _load() -> Period:
    call_command("load_reference", verbosity=0)
    call_command("load_plan", settings.BASE_DIR / "fixtures" / "plans" / f"{PLAN}.yaml")
    period = newest_closed(timezone.localdate())
    open_form(form=ReportingForm.objects.get(code=f"{PLAN}-county"), period=period)
    _target_of_the_city()
    _earlier_figures(period - 1)
    for name, (unit, role) in PEOPLE.items():
        person = User(username=name, organisation=unit_of(unit), role=role)
        person.set_password(PASSWORD)
        person.save()
    return period


def unit_of(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def _target_of_the_city() -> None:
    whole = Target.objects.filter(indicator__code=INDICATOR).latest("milestone__year")
    Target.objects.create(
        indicator=Indicator.objects.get(code=INDICATOR),
        organisation=unit_of(CITY),
        milestone=whole.milestone,
        low=Decimal(CITY_TARGET),
        effective_from=whole.effective_from,
    )
    mark_asked(measures=Measure.objects.filter(code=MEASURE))


def _earlier_figures(period: Period) -> None:
    measure = Measure.objects.get(code=MEASURE)
    write_figures(
        [
            Figure(
                measure_id=measure.pk,
                organisation_id=unit_of(unit).pk,
                period=period.index,
                state="value",
                value=Decimal(value),
            )
            for unit, value in EARLIER.items()
        ]
    )
