"""The sentence that says where a unit stands and why, in the reader's language."""

from collections.abc import Sequence

from indicators.models import Indicator, Kind, RollUpRule
from indicators.rules import MilestoneTarget
from indicators.rules.sentences import Standing, Subject, explain
from metroplan.common.naming import reader_language
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation


def explanation(
    standing: Standing,
    indicator: Indicator,
    organisation: Organisation,
    targets: Sequence[MilestoneTarget],
    newest: Period | None = None,
    language: str | None = None,
) -> str:
    """Of a stored progress row or a standing.

    `targets` are those that hold for the unit, `newest` the quarter of its newest figure;
    `language` is `zh` or `en`, the reader's where none is given.
    """
    subject = subject_of(standing, indicator, organisation, targets, newest)
    return explain(standing, subject, language or reader_language())


def subject_of(
    standing: Standing,
    indicator: Indicator,
    organisation: Organisation,
    targets: Sequence[MilestoneTarget],
    newest: Period | None,
) -> Subject:
    measure = indicator.measure
    target = next((item for item in targets if item.year == standing.milestone_year), None)
    return Subject(
        indicator_zh=indicator.name_zh,
        indicator_en=indicator.name_en or indicator.name_zh,
        organisation_zh=organisation.name_zh,
        organisation_en=organisation.name_en or organisation.name_zh,
        unit_zh=measure.unit_zh,
        unit_en=measure.unit_en,
        decimals=measure.decimals,
        comparator=indicator.comparator,
        mode=indicator.mode,
        share=measure.kind == Kind.YES_NO and measure.roll_up == RollUpRule.SHARE,
        high=target.high if target else None,
        approximate=bool(target and target.approximate),
        carry_forward=measure.carry_forward,
        newest=newest,
    )
