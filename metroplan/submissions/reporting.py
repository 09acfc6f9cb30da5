"""Who fills a form and who reviews it, read from the tree of the quarter."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from metroplan.common.periods import Period
from metroplan.organisations.models import Level, Organisation, OrganisationAncestry
from metroplan.submissions.models import FormUnit, ReportingForm, Submission

FILLS = """
    coalesce(
        named.fills,
        f.owner_fills AND a.depth = 0
        OR a.depth > 0 AND (u.level = f.level OR f.level = 'county' AND u.level = 'zone'))
"""
"""The condition of `reporting_units` for SQL that asks it of many forms and quarters at once.

Form `f`, its owner's row `a` of the ancestry, unit `u`; `named` is the exception, if there is one.
"""


def levels_filling(form: ReportingForm) -> set[str]:
    """Zones report beside the counties."""
    return with_zones({form.level}) if form.level else set()


def with_zones(levels: set[str]) -> set[str]:
    return levels | {Level.ZONE} if Level.COUNTY in levels else levels


def reporting_units(form: ReportingForm, period: Period) -> QuerySet[Organisation]:
    """The units that fill the form for the quarter, by the tree of its last day.

    An exception counts for units that stand at or below the owner in that quarter.
    """
    below = Q(depth__gt=0, descendant__level__in=levels_filling(form))
    itself = Q(depth=0) if form.owner_fills else Q(pk__in=[])
    named = FormUnit.objects.filter(form=form, organisation=OuterRef("descendant"))
    standing = OrganisationAncestry.objects.filter(
        (below | itself) & ~Exists(named.filter(fills=False)) | Exists(named.filter(fills=True)),
        ancestor=form.owner,
        since__lte=period.index,
        until__gt=period.index,
    )
    return Organisation.objects.filter(pk__in=standing.values("descendant"))


def review_chain(submission: Submission) -> list[Organisation]:
    """The units that review in turn, from the one above the reporting unit to the form's owner.

    Where the form names levels, only units of these and the owner do. The owner's own form is
    reviewed by the owner, by a second person.
    """
    if submission.form.owner_id == submission.organisation_id:
        return [submission.organisation]
    unit = submission.organisation_id
    return review_chains(submission.form, submission.period, [unit])[unit]


def review_chains(
    form: ReportingForm, period: Period, units: Collection[int]
) -> dict[int, list[Organisation]]:
    """The same for many units of one form and quarter, by unit id, in one query."""
    standing = OrganisationAncestry.objects.filter(since__lte=period.index, until__gt=period.index)
    within_owner = standing.filter(ancestor=form.owner_id).values("descendant")
    above = standing.filter(descendant__in=units, depth__gt=0, ancestor__in=within_owner)
    levels = with_zones(set(form.review_levels))
    chains: dict[int, list[Organisation]] = {unit: [] for unit in units}
    for step in above.select_related("ancestor").order_by("depth"):
        unit = step.ancestor
        if unit.pk == form.owner_id or not levels or unit.level in levels:
            chains[step.descendant_id].append(unit)
    return chains


def next_reviewer(submission: Submission) -> Organisation | None:
    """The unit whose turn comes after the present one; None when the chain is at its end.

    A unit that reviews while the form's levels no longer name it hands on to the owner.
    """
    chain = review_chain(submission)
    if submission.reviewer_unit_id is None:
        return chain[0]
    turns = [unit.pk for unit in chain]
    if submission.reviewer_unit_id not in turns:
        return chain[-1]
    position = turns.index(submission.reviewer_unit_id)
    return chain[position + 1] if position + 1 < len(chain) else None


def open_at(period: Period) -> Q:
    """The condition that a form runs in the quarter."""
    return Q(opens__lte=period) & (Q(closes__isnull=True) | Q(closes__gte=period))


def runs_in(form: ReportingForm, period: Period) -> bool:
    """The same of one form."""
    return form.opens <= period and (form.closes is None or form.closes >= period)
