"""The tree of units unrolled by quarter, and each unit's path in today's tree."""

from collections import defaultdict
from datetime import date
from graphlib import CycleError, TopologicalSorter

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import OrganisationAncestry

OPEN_END = 32767
"""`until` of a relation that still holds: the largest quarter index the column can store."""

DEEPEST = 12
"""More levels than any administration has; a chain this long can only be a circle."""


def _quarter(column: str) -> str:
    return f"(extract(year from {column})::int * 4 + (extract(month from {column})::int - 1) / 3)"


def _range(table: str) -> str:
    """Quarters on whose last day the row is valid, as two columns: since, until (excluded)."""
    until = f"coalesce({_quarter(f'{table}.valid_to')}, {OPEN_END})"
    return f"{_quarter(f'{table}.valid_from')} as since, {until} as until"


ANCESTRY = f"""
with recursive
lives as materialized (
    select id, {_range("o")} from organisations_organisation o
),
links as materialized (
    select l.child_id, l.parent_id, {_range("l")} from organisations_organisationlink l
),
chain (ancestor_id, descendant_id, depth, since, until) as (
    select id, id, 0, since, until from lives where since < until
    union all
    select links.parent_id, chain.descendant_id, chain.depth + 1,
           greatest(chain.since, links.since, lives.since),
           least(chain.until, links.until, lives.until)
    from chain
    join links on links.child_id = chain.ancestor_id
    join lives on lives.id = links.parent_id
    where chain.depth < {DEEPEST}
      and greatest(chain.since, links.since, lives.since)
        < least(chain.until, links.until, lives.until)
)
insert into organisations_organisationancestry
    (ancestor_id, descendant_id, depth, since, until)
select ancestor_id, descendant_id, depth, since, until from chain
"""

PATHS = """
with recursive
moments as materialized (
    select id, code,
           greatest(valid_from, least(%(today)s::date, coalesce(valid_to - 1, 'infinity'))) as day
    from organisations_organisation
),
chain (id, day, above, path, depth) as (
    select id, day, id, '/' || code || '/', 0 from moments
    union all
    select chain.id, chain.day, parent.id, '/' || parent.code || chain.path, chain.depth + 1
    from chain
    join organisations_organisationlink link
      on link.child_id = chain.above
     and link.valid_from <= chain.day
     and (link.valid_to is null or link.valid_to > chain.day)
    join organisations_organisation parent on parent.id = link.parent_id
    where chain.depth < %(deepest)s
),
longest as (
    select distinct on (id) id, path from chain order by id, depth desc
)
update organisations_organisation unit
   set path = longest.path
  from longest
 where longest.id = unit.id and unit.path <> longest.path
"""


@transaction.atomic
def rebuild_tree(*, today: date) -> None:
    """Ancestry and paths anew from the links; both or neither."""
    rebuild_ancestry()
    refresh_paths(today=today)


@transaction.atomic
def rebuild_ancestry() -> int:
    """Unroll the links into OrganisationAncestry and return its number of rows.

    A unit whose life or link holds on no quarter's last day has no row for it. Raises
    `organisations.tree_circle` when units stand above each other, `organisations.tree_turned` when
    they do so at different times, `organisations.two_parents` or `organisations.links_overlap`
    when two links of a unit hold on the same day.
    """
    OrganisationAncestry.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(ANCESTRY)
        rows = cursor.rowcount
    _refuse_circle()
    _refuse_two_parents()
    _refuse_turned()
    return rows


@transaction.atomic
def refresh_paths(*, today: date) -> int:
    """Write every unit's path in the tree of `today`; return how many changed.

    A unit that ended keeps the path of its last day, one still to come has that of its first.
    """
    with connection.cursor() as cursor:
        cursor.execute(PATHS, {"today": today, "deepest": DEEPEST})
        return cursor.rowcount


def _refuse_circle() -> None:
    deepest = OrganisationAncestry.objects.filter(depth=DEEPEST)
    codes = sorted(set(deepest.values_list("descendant__code", flat=True)))
    if codes:
        raise MetroplanError(
            "organisations.tree_circle",
            _("Units {codes} stand above each other: correct their links to a parent unit."),
            codes=", ".join(codes[:10]),
        )


def _refuse_turned() -> None:
    """Sums run from below to above, in one order for all quarters. A unit that changes its rank is
    another unit, with a code of its own, and a rename leads from one to the other."""
    steps = OrganisationAncestry.objects.filter(depth=1)
    children: dict[str, set[str]] = defaultdict(set)
    for child, parent in steps.values_list("descendant__code", "ancestor__code"):
        children[parent].add(child)
    try:
        TopologicalSorter(children).prepare()
    except CycleError as error:
        codes = sorted(set(error.args[1]))
        raise MetroplanError(
            "organisations.tree_turned",
            _(
                "Units {codes} stand above each other at different times: give a unit that changes "
                "its rank a new code by a rename first."
            ),
            codes=", ".join(codes[:10]),
        ) from error


# Of links that overlap, two that begin one after the other do.
OVERLAPS = """
with following as (
    select child_id, parent_id, valid_from, valid_to,
           lead(parent_id) over later as next_parent_id, lead(valid_from) over later as next_from
      from organisations_organisationlink
    window later as (partition by child_id order by valid_from, id)
),
overlap as materialized (
    select * from following where next_from < coalesce(valid_to, 'infinity')
)
select c.code, one.code, overlap.valid_from, other.code, overlap.next_from
  from overlap
  join organisations_organisation c on c.id = overlap.child_id
  join organisations_organisation one on one.id = overlap.parent_id
  join organisations_organisation other on other.id = overlap.next_parent_id
 order by c.code, overlap.valid_from limit 1
"""


def _refuse_two_parents() -> None:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        found = cursor.fetchone()
    if found is None:
        return
    child, one, since, other, again = found
    if one == other:
        raise MetroplanError(
            "organisations.links_overlap",
            _("{child} has two links to {one} at once, from {since} and from {again}: end one."),
            child=child,
            one=one,
            since=since,
            again=again,
        )
    raise MetroplanError(
        "organisations.two_parents",
        _(
            "{child} stands under {one} from {since} and under {other} from {again} at once: end "
            "one of the links."
        ),
        child=child,
        one=one,
        since=since,
        other=other,
        again=again,
    )
