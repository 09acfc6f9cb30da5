"""Who fills a form and who reviews it, read from the tree of the quarter."""

from django.db.models import Q, QuerySet

from metroplan.common.periods import Period
from metroplan.organisations.models import Level, Organisation, OrganisationAncestry
from metroplan.submissions.models import ReportingForm, Submission


def levels_filling(form: ReportingForm) -> set[str]:
    """Zones report beside the counties."""
    if form.level == Level.COUNTY:
        return {Level.COUNTY, Level.ZONE}
    return {form.level} if form.level else set()


def reporting_units(form: ReportingForm, period: Period) -> QuerySet[Organisation]:
    """The units that fill the form for the quarter, by the tree of its last day."""
    below = Q(depth__gt=0, descendant__level__in=levels_filling(form))
    itself = Q(depth=0) if form.owner_fills else Q(pk__in=[])
    standing = OrganisationAncestry.objects.filter(
        below | itself, ancestor=form.owner, since__lte=period.index, until__gt=period.index
    )
    return Organisation.objects.filter(pk__in=standing.values("descendant"))


def review_chain(submission: Submission) -> list[Organisation]:
    """The units that review in turn, from the one above the reporting unit to the form's owner.

    The owner's own form is reviewed by the owner, by a second person.
    """
    owner_id, unit_id = submission.form.owner_id, submission.organisation_id
    if owner_id == unit_id:
        return [submission.organisation]
    index = submission.period.index
    standing = OrganisationAncestry.objects.filter(since__lte=index, until__gt=index)
    within_owner = standing.filter(ancestor=owner_id).values("descendant")
    above = standing.filter(descendant=unit_id, depth__gt=0, ancestor__in=within_owner)
    return [step.ancestor for step in above.select_related("ancestor").order_by("depth")]


def next_reviewer(submission: Submission) -> Organisation | None:
    """The unit whose turn comes after the present one; None when the chain is at its end."""
    chain = review_chain(submission)
    if submission.reviewer_unit_id is None:
        return chain[0]
    position = [unit.pk for unit in chain].index(submission.reviewer_unit_id)
    return chain[position + 1] if position + 1 < len(chain) else None


def open_at(period: Period) -> Q:
    """The condition that a form runs in the quarter."""
    return Q(opens__lte=period) & (Q(closes__isnull=True) | Q(closes__gte=period))
