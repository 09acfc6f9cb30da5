"""What-if over the API: what is sent, and what comes back."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from indicators.models import ProgressStatus
from indicators.models.columns import FIGURE
from indicators.models.revisions import SHARE
from indicators.services.revision_values import TargetValues
from indicators.services.what_if import Supposed, SupposedFigure
from metroplan.common.api_fields import PeriodField, PlainDecimal

MOST_FIGURES = 500


class KnownFields(serializers.Serializer):
    """Refuses a field it does not know: a slip of the pen must not look like an answer."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(
                {str(name): [_("There is no such field.")] for name in sorted(unknown, key=str)}
            )
        return super().to_internal_value(data)


def number(**more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(**FIGURE | {"required": False, "allow_null": True} | more)


class SupposedTargetIn(KnownFields):
    year = serializers.IntegerField(min_value=1949, max_value=2100)
    low = number()
    high = number()
    approximate = serializers.BooleanField(default=False)


class SupposedThresholdsIn(KnownFields):
    """Those that are left out stay as they are in force."""

    ahead = serializers.DecimalField(**SHARE, required=False)
    on_track = serializers.DecimalField(**SHARE, required=False)
    slightly = serializers.DecimalField(**SHARE, required=False)
    behind = serializers.DecimalField(**SHARE, required=False)
    approximate_share = serializers.DecimalField(**SHARE, required=False)
    maintain_tolerance = serializers.DecimalField(**SHARE, required=False)
    coverage = serializers.DecimalField(**SHARE, required=False)
    due_soon = serializers.IntegerField(min_value=0, max_value=40, required=False)


class SupposedFigureIn(KnownFields):
    """`value`, or `numerator` and `denominator` of a ratio; 1 or 0 of a thing that is done."""

    organisation = serializers.CharField(max_length=40)
    value = number()
    numerator = number()
    denominator = number()


class WhatIfIn(KnownFields):
    """The unit and the quarter, and at least one of the three kinds of supposition."""

    organisation = serializers.CharField(max_length=40)
    period = PeriodField()
    targets = SupposedTargetIn(many=True, default=list)
    thresholds = SupposedThresholdsIn(default=dict)
    figures = serializers.ListField(child=SupposedFigureIn(), max_length=MOST_FIGURES, default=list)

    def validate_targets(self, targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
        years = [target["year"] for target in targets]
        if len(set(years)) < len(years):
            raise serializers.ValidationError([_("Give each year once.")])
        return targets

    def supposed(self) -> Supposed:
        sent = self.validated_data
        return Supposed(
            targets={
                target["year"]: TargetValues(
                    target.get("low"), target.get("high"), target["approximate"]
                )
                for target in sent["targets"]
            },
            thresholds=dict(sent["thresholds"]),
            figures=[SupposedFigure(**figure) for figure in sent["figures"]],
        )


class ResultDecimal(PlainDecimal):
    def __init__(self) -> None:
        super().__init__(max_digits=None, decimal_places=12, allow_null=True)


class StandOut(serializers.Serializer):
    """Named as in a row of progress; without a status nothing is asked of the unit."""

    status = serializers.ChoiceField(ProgressStatus.choices, allow_blank=True)
    actual = ResultDecimal()
    expected = ResultDecimal()
    target = ResultDecimal()
    milestone = serializers.IntegerField(source="milestone_year", allow_null=True)
    attainment = ResultDecimal()
    schedule_ratio = ResultDecimal()
    lag_quarters = ResultDecimal()
    provisional = serializers.BooleanField()
    met_by_rounding = serializers.BooleanField()
    reported = serializers.IntegerField()
    units_expected = serializers.IntegerField()
    carried = serializers.IntegerField()
    explanation = serializers.CharField()


class OutcomeOut(serializers.Serializer):
    organisation = serializers.CharField(source="organisation.code")
    changed = serializers.BooleanField()
    before = StandOut()
    after = StandOut()


class WhatIfOut(serializers.Serializer):
    """The unit first, then those above it."""

    indicator = serializers.CharField()
    period = PeriodField()
    results = OutcomeOut(many=True)
