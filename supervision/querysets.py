"""Who sees a campaign: those it belongs to, and those who are asked to take part."""

from typing import Any, Self

from django.db.models import Q

from metroplan.organisations.querysets import ScopedQuerySet, within


class CampaignQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Campaigns led in the user's area, and those from above with a target for a unit in it."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.organisation.path
        above = Q(organisation__code__in=own.strip("/").split("/"))
        asked = Q(pk__in=self.model.objects.filter(within("targets__organisation", own)))
        return self.filter(within("organisation", own) | (above & asked))
