"""What the endpoints that only read have in common."""

from rest_framework import serializers, viewsets

from metroplan.organisations.permissions import MayView


class Read(viewsets.ReadOnlyModelViewSet):
    """A list, and one of its rows by its number; `detail_class` says more of the one, if set."""

    permission_classes = [MayView]
    needs = "supervision.view"
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    detail_class: type[serializers.Serializer] | None = None

    def get_serializer_class(self) -> type[serializers.Serializer]:
        of_one = None if self.action == "list" else self.detail_class
        return of_one or self.serializer_class
