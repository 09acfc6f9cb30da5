"""Once a month the staff are told how much falls due and how much is overdue in their area.

One notice for each person and month, however often the task runs; the lists behind it are always
of the day on which they are read.
"""

from collections import Counter
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation, Role, User
from metroplan.organisations.services.notices import nearest_people, notify
from supervision.models import Instrument
from supervision.rules.verification import Standing
from supervision.selectors.instruments import of_standing

DUE = "instruments.due"
SENTENCES = {
    DUE: _(
        "Verification of {due} instruments ends within {days} days, that of {overdue} is overdue: "
        "have them verified or take them out of use."
    )
}


@transaction.atomic
def remind(*, today: date) -> int:
    """Returns how many people were told."""
    days = settings.VERIFICATION_DUE_DAYS
    counts = {
        standing: Counter(_by_unit(of_standing(standing, today, days)))
        for standing in (Standing.DUE, Standing.OVERDUE)
    }
    units = Organisation.objects.in_bulk([pk for found in counts.values() for pk in found])
    told: dict[int, tuple[User, Counter]] = {}
    for pk, people in nearest_people(units.values(), [Role.STAFF]).items():
        for user in people:
            _user, sums = told.setdefault(user.pk, (user, Counter()))
            sums.update({standing: found[pk] for standing, found in counts.items()})
    return sum(_tell(user, sums, days, today) for user, sums in told.values())


def _by_unit(condition: object) -> dict[int, int]:
    found = Instrument.objects.filter(condition).order_by().values("entity__organisation")
    return dict(found.annotate(number=Count("pk")).values_list("entity__organisation", "number"))


def _tell(user: User, sums: Counter, days: int, today: date) -> int:
    return notify(
        code=DUE,
        params={"due": sums[Standing.DUE], "overdue": sums[Standing.OVERDUE], "days": days},
        url=reverse("supervision:due"),
        key=f"instruments:{today:%Y-%m}",
        users=[user],
        day=today,
    )
