"""Every stored roll-up judged by the rules for one unit, as the indicator page does."""

from collections import defaultdict

from indicators.engine.goals import Goals, Unit, current_targets, targets_of
from indicators.engine.in_force import terms_in_force
from indicators.models import Indicator, RollUp
from indicators.rules import AssessInput, assess
from metroplan.organisations.models import Organisation, OrganisationAncestry
from tests.indicators.stored_country import Stored, fraction
from tests.reference.statuses import Standing


def judged_one_by_one(stored: Stored) -> dict[tuple[str, str, int], Standing]:
    codes = {pk: code for code, pk in stored.indicators.items()}
    indicators = list(Indicator.objects.select_related("series__measure", "plan", "owner"))
    goals, targets = Goals(terms_in_force(indicators)), current_targets(indicators)
    found = {}
    for indicator in indicators:
        for unit, rows in _units_of(indicator):
            asked = targets_of(indicator, unit, targets)
            history = {row.period.index: row.value for row in rows if row.value is not None}
            goal = goals.of(indicator, unit, asked, history) if asked else None
            for row in rows if goal else ():
                if row.period >= indicator.plan.starts - 1:
                    key = codes[indicator.pk], unit.code, row.period.index
                    found[key] = _standing(row, goal)
    return found


def _units_of(indicator: Indicator):
    below = Organisation.objects.filter(path__startswith=indicator.owner.path)
    rows = defaultdict(list)
    for row in RollUp.objects.filter(series=indicator.series_id, organisation__in=below):
        rows[row.organisation_id].append(row)
    lives = OrganisationAncestry.objects.filter(depth=0)
    ends = dict(lives.values_list("descendant_id", "until"))
    for unit in below:
        alive = [row for row in rows[unit.pk] if row.period.index < ends[unit.pk]]
        yield Unit.from_path(unit.pk, unit.path), alive


def _standing(row: RollUp, goal) -> Standing:
    given = AssessInput(
        goal=goal,
        k=row.period.index,
        y=row.value,
        newest=row.newest.index if row.newest else None,
        reported=row.reported,
        units_expected=row.expected,
        carried=row.carried,
    )
    said = assess(given)
    names = Standing.__dataclass_fields__
    return Standing(**{name: fraction(getattr(said, name)) for name in names})
