"""Units over the API, by their code."""

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from metroplan.organisations.models import Organisation
from metroplan.organisations.permissions import MayView


class OrganisationOut(serializers.ModelSerializer):
    parent = serializers.CharField(source="parent_code", allow_null=True)

    class Meta:
        model = Organisation
        fields = ["code", "name_zh", "name_en", "level", "parent", "valid_from", "valid_to", "note"]


class OrganisationViewSet(viewsets.ReadOnlyModelViewSet):
    """The caller's unit and every unit below it; `?level=county`."""

    serializer_class = OrganisationOut
    permission_classes = [MayView]
    needs = "figures.view"
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    filterset_fields = ["level"]
    ordering_fields = ["code", "level"]
    queryset = Organisation.objects.none()

    def get_queryset(self) -> QuerySet[Organisation]:
        return Organisation.objects.visible_to(self.request.user)
