"""How a person who has signed in is found again, on every request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from metroplan.organisations.models import User


class PersonBackend(ModelBackend):
    """Finds the person together with their unit: every page asks what the unit may see."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("organisation").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
