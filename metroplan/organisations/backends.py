"""How a person who has signed in is found again, on every request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from metroplan.organisations.models import Notice, User


class PersonBackend(ModelBackend):
    """Finds the person together with their unit: every page asks what the unit may see.

    `unread_notices`, which every page's header shows, comes along in the same query.
    """

    def get_user(self, user_id: Any) -> User | None:
        unread = Notice.objects.filter(user=OuterRef("pk"), read_at__isnull=True)
        count = unread.order_by().values("user").annotate(n=Count("pk")).values("n")
        found = User.objects.select_related("organisation").annotate(
            unread_notices=Coalesce(Subquery(count, output_field=IntegerField()), 0)
        )
        user = found.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
