"""What a person may see: their unit and everything below it, nowhere else decided."""

import re
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

# Letters come after digits: 451100-Z1 is read as 4511Z1, behind 451199 and before 451200.
ZONE = "(00)*-Z"


class ScopedQuerySet(models.QuerySet):
    """For models that set `org_lookup`, the lookup path to their unit ("" for the unit itself)."""

    def visible_to(self, user: Any) -> Self:
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(within(self.model.org_lookup, user.organisation.path))


def unit_order(lookup: str = "code") -> F:
    """To order units by: their code, but the zones of a unit after its counties."""
    return F(lookup.removesuffix("code") + "place")


def unit_key(code: str) -> str:
    """The same for a list that is read already."""
    return re.sub(ZONE, "Z", code, count=1)


def not_ended(day: date) -> Q:
    """The condition that a unit has not ended by the day; its end may be on record already."""
    return Q(valid_to__isnull=True) | Q(valid_to__gt=day)


def within(org_lookup: str, path: str) -> Q:
    """The condition that a row's unit is the one at `path` or stands below it."""
    prefix = f"{org_lookup}__" if org_lookup else ""
    return Q(**{f"{prefix}path__startswith": path})
