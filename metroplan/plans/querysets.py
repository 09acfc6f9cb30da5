"""Plans are read from above and below: a county sees the plan of its city and province too."""

from typing import Any, Self

from django.db.models import Q

from metroplan.organisations.querysets import ScopedQuerySet, within


class PlanQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Plans of units at, below or above the user's unit, and headers without a unit."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        lookup = self.model.org_lookup
        own = user.organisation.path
        above = {f"{lookup}__code__in": own.strip("/").split("/")}
        return self.filter(within(lookup, own) | Q(**above) | Q(**{f"{lookup}__isnull": True}))
