"""Where something is, as anybody may ask for it: by the name of a unit or by its code."""

from django.db.models import Q


def in_place(place: str) -> Q:
    """The condition that a thing's unit has this in its name, or is or lies below this code."""
    named = Q(organisation__name_zh__icontains=place) | Q(organisation__name_en__icontains=place)
    return named | Q(organisation__path__contains=place)
