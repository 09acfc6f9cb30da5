"""Institutes, measurement standards and the ledger over the API, by codes and register numbers.

The lists are those of the pages: the same selectors find, narrow and describe them.
"""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from metroplan.common.api_fields import ModelOut, PeriodFilter
from metroplan.organisations.models import Level, Organisation
from metroplan.organisations.permissions import MayView
from standards.api.push import Pushed
from standards.columns.ledger import plain_row
from standards.exports import record, whole
from standards.fields import FIELDS
from standards.models import (
    Assessor,
    Authorization,
    HolderKind,
    Institute,
    LedgerEntry,
    LedgerEvidence,
    LedgerState,
    MeasurementStandard,
    NationalLevel,
    Rank,
    StaffCount,
)
from standards.selectors import institutes, ledger, standards
from standards.selectors.standards import COUNTS, STANDINGS

LEVELS = [(level.value, level.label) for level in (Level.PROVINCE, Level.CITY, Level.COUNTY)]
DAY = "on"
ROWS = serializers.ListField(child=serializers.DictField())


def asked_day(request: Request) -> date:
    """The day that the answer is as of: `?on=2025-06-30`, today without it."""
    text = request.GET.get(DAY, "")
    try:
        return forms.DateField().clean(text) if text else timezone.localdate()
    except forms.ValidationError as error:
        raise ValidationError({DAY: error.messages}) from error


class Narrowed(django_filters.FilterSet):
    """Hands what was asked to the selector of the list; `organisation` takes in those below it."""

    organisation = django_filters.CharFilter(label="unit, with those below it")
    q = django_filters.CharFilter(label="a text")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        chosen = dict(self.form.cleaned_data)
        if code := chosen.get("organisation"):
            units = Organisation.objects.visible_to(self.request.user)
            chosen["organisation"] = unit = units.filter(code=code).first()
            if unit is None:
                return queryset.none()
        return self.narrow(queryset, chosen)

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        raise NotImplementedError


class InstituteFilter(Narrowed):
    kind = django_filters.ChoiceFilter(choices=Institute._meta.get_field("kind").choices)
    level = django_filters.ChoiceFilter(choices=LEVELS)
    closed = django_filters.BooleanFilter(label="also closed ones")
    on = django_filters.DateFilter(label="as of the day")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return institutes.narrowed(queryset, chosen, day=asked_day(self.request))


class InstituteOut(ModelOut):
    organisation = serializers.SlugRelatedField("code", read_only=True)
    level = serializers.CharField(source="organisation.level")
    standards_in_force = serializers.IntegerField()
    public_in_force = serializers.IntegerField()

    class Meta:
        model = Institute
        fields = [
            "code", "name", "kind", "organisation", "level", "uscc", "address", "established_on",
            "closed_on", "standards_in_force", "public_in_force", "version",
        ]  # fmt: skip


class AuthorizationOut(ModelOut):
    class Meta:
        model = Authorization
        fields = [
            "number", "form", "scope", "issued_by", "valid_from", "valid_until", "revoked_on",
        ]  # fmt: skip


class StaffOut(ModelOut):
    class Meta:
        model = StaffCount
        fields = ["as_of", "qualification", "count"]


class AssessorOut(ModelOut):
    """Known by the certificate; names stay on the pages."""

    class Meta:
        model = Assessor
        fields = ["certificate_no", "subject", "grade", "field", "valid_from", "valid_until"]


class InstituteDetailOut(InstituteOut):
    authorizations = AuthorizationOut(many=True)
    staff_counts = StaffOut(many=True)
    assessors = AssessorOut(many=True)

    class Meta(InstituteOut.Meta):
        fields = [*InstituteOut.Meta.fields, "authorizations", "staff_counts", "assessors"]


class InstituteViewSet(viewsets.ReadOnlyModelViewSet):
    """Institutes of the caller's units, with how many of their standards count on the day."""

    permission_classes = [MayView]
    needs = "register.view"
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    filterset_class = InstituteFilter
    ordering_fields = ["code", "name"]
    queryset = Institute.objects.none()

    def get_queryset(self) -> QuerySet[Institute]:
        found = institutes.institutes_for(self.request.user, day=asked_day(self.request))
        if self.action != "list":
            found = found.prefetch_related("authorizations", "staff_counts", "assessors")
        return found.order_by("code")

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return InstituteOut if self.action == "list" else InstituteDetailOut


class StandardFilter(Narrowed):
    institute = django_filters.CharFilter(label="code of the institute")
    field = django_filters.ChoiceFilter(choices=FIELDS)
    holder_kind = django_filters.ChoiceFilter(choices=HolderKind.choices)
    level = django_filters.ChoiceFilter(choices=LEVELS)
    rank = django_filters.ChoiceFilter(choices=Rank.choices)
    national_level = django_filters.ChoiceFilter(choices=NationalLevel.choices)
    standing = django_filters.ChoiceFilter(choices=[(COUNTS, COUNTS), *STANDINGS])
    kind = django_filters.CharFilter(label="code of a kind of instruments served")
    lapses = PeriodFilter(label="the quarter in which it lapses")
    on = django_filters.DateFilter(label="as of the day")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return standards.narrowed(queryset, chosen, day=asked_day(self.request))


class HolderOut(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    uscc = serializers.CharField()


class UnitOut(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField()


class StandardOut(serializers.Serializer):
    """A standard as it stood on the day, the same as in the export: quantities split into value
    and unit (UCUM), and the identifiers of digital calibration certificates."""

    number = serializers.CharField()
    name = serializers.CharField()
    code = serializers.CharField()
    field = serializers.CharField()
    holder_kind = serializers.ChoiceField(HolderKind.choices)
    custodian = serializers.CharField()
    location = serializers.CharField()
    note = serializers.CharField()
    institute = HolderOut()
    organisation = UnitOut()
    rank = serializers.CharField()
    national_level = serializers.CharField()
    graded_since = serializers.DateField(allow_null=True)
    state = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    state_document = serializers.CharField()
    standing = serializers.CharField()
    counts = serializers.BooleanField()
    counts_until = serializers.DateField(allow_null=True)
    certificates = ROWS
    capabilities = ROWS
    services = ROWS
    equipment = ROWS
    upper_links = ROWS
    version = serializers.IntegerField()

    def to_representation(self, standard: MeasurementStandard) -> dict[str, Any]:
        return record(standard) | {"version": standard.version}


class StandardDetailOut(StandardOut):
    states = ROWS
    grades = ROWS

    def to_representation(self, standard: MeasurementStandard) -> dict[str, Any]:
        states, grades = (
            standard.states.order_by("-since", "-id"),
            standard.grades.order_by("-since"),
        )
        said = {
            "states": list(states.values("state", "since", "document", "reason")),
            "grades": list(grades.values("change", "since", "rank", "national_level", "document")),
        }
        return super().to_representation(standard) | said


class StandardViewSet(Pushed, viewsets.ReadOnlyModelViewSet):
    """Measurement standards of the caller's units, as of today or of `?on=2025-06-30`."""

    permission_classes = [MayView]
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    filterset_class = StandardFilter
    ordering_fields = ["number", "name", "updated_at"]
    queryset = MeasurementStandard.objects.none()

    @property
    def needs(self) -> str:
        return "register.keep" if self.action == "update" else "register.view"

    def get_queryset(self) -> QuerySet[MeasurementStandard]:
        found = standards.standards_for(self.request.user)
        return whole(standards.on_day(found, asked_day(self.request))).order_by("number")

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return StandardOut if self.action == "list" else StandardDetailOut


class LedgerFilter(Narrowed):
    kind = django_filters.ChoiceFilter(choices=LedgerEntry.Kind.choices)
    level = django_filters.ChoiceFilter(choices=LedgerEntry.Level.choices)
    role = django_filters.ChoiceFilter(choices=LedgerEntry.Role.choices)
    state = django_filters.ChoiceFilter(choices=LedgerState.State.choices)
    counting = django_filters.DateFilter(label="counts on the day")
    on = django_filters.DateFilter(label="as of the day")

    def narrow(self, queryset: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return ledger.narrowed(queryset, chosen)


class LedgerOut(serializers.Serializer):
    """An entry in the state of the day; it counts from `counts_from` up to `counts_to`."""

    number = serializers.CharField()
    kind = serializers.ChoiceField(LedgerEntry.Kind.choices)
    level = serializers.ChoiceField(LedgerEntry.Level.choices)
    role = serializers.CharField()
    title = serializers.CharField()
    organisation = serializers.CharField()
    institute = serializers.CharField()
    document_no = serializers.CharField()
    note = serializers.CharField()
    state = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    state_document = serializers.CharField()
    counts_from = serializers.DateField(allow_null=True)
    counts_to = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()

    def to_representation(self, entry: LedgerEntry) -> dict[str, Any]:
        row = plain_row(entry) | {"version": entry.version}
        return {name: row[name] for name in LedgerOut().fields}


class LedgerStateOut(ModelOut):
    class Meta:
        model = LedgerState
        fields = ["state", "since", "document", "reason", "recorded_at"]


class LedgerDetailOut(LedgerOut):
    states = LedgerStateOut(many=True)
    evidence = serializers.ListField(child=serializers.CharField())

    def to_representation(self, entry: LedgerEntry) -> dict[str, Any]:
        states = LedgerStateOut(entry.states.all(), many=True).data
        files = [kept.file.name for kept in entry.evidence.all()]
        return super().to_representation(entry) | {"states": states, "evidence": files}


class LedgerViewSet(viewsets.ReadOnlyModelViewSet):
    """Other counted things of the caller's units: `?kind=talent&counting=2025-12-31`."""

    permission_classes = [MayView]
    needs = "register.view"
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    filterset_class = LedgerFilter
    ordering_fields = ["number", "counts_from"]
    queryset = LedgerEntry.objects.none()

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        found = ledger.ledger_entries(self.request.user, asked_day(self.request))
        if self.action != "list":
            kept = LedgerEvidence.objects.filter(removed_at=None).select_related("file")
            found = found.prefetch_related("states", Prefetch("evidence", kept))
        return found.order_by("number")

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return LedgerOut if self.action == "list" else LedgerDetailOut
