"""Double random draws in two steps: the pool is fixed and a seed recorded, then it is drawn."""

import secrets
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.services.verify import Difference
from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import require
from supervision.models import Campaign, Draw, DrawnEntity, Entity, Inspector
from supervision.rules import drawing
from supervision.selectors.pools import pool_of
from supervision.services.notices import tell_assigned
from supervision.states import CampaignState

MAKE = "draw.make"
SEED_BYTES = 32
UNPROCESSABLE = 422
REFUSALS = {
    "draw.nothing": _("Say how many entities are to be drawn: at least one."),
    "draw.too_large": _(
        "{wanted} entities are to be drawn, but the pool holds {pool}: draw fewer, or widen the "
        "filter."
    ),
    "draw.too_few_inspectors": _(
        "Each entity needs {each} inspectors, but the pool holds {found} with a valid certificate: "
        "add inspectors, or ask for fewer."
    ),
    "draw.all_in_conflict": _(
        "For {entity} only {found} inspectors without a conflict are left and {each} are needed: "
        "exclude the entity, or add inspectors."
    ),
}


@transaction.atomic
def fix_pool(
    *,
    actor: User,
    campaign: Campaign,
    organisation: Organisation,
    filters: dict[str, Any],
    entities_wanted: int,
    inspectors_each: int,
) -> Draw:
    """The pool as it stands now is kept and hashed; only then is a seed made, and both recorded.

    `filters` as `selectors.pools.entities_for` takes them. Raises MetroplanError where a draw from
    this pool could not be carried out, for a unit outside of the campaign's area, and while another
    of the unit, or of one above or below it, waits to be drawn.
    """
    require(actor, MAKE, organisation)
    campaign = _kept(campaign.pk)
    _refuse_closed(campaign)
    _refuse_elsewhere(campaign, organisation)
    _refuse_second(campaign, organisation)
    today = timezone.localdate()
    pool = pool_of(campaign, organisation, filters, max(today, campaign.starts))
    try:
        drawing.check(pool, wanted=entities_wanted, each=inspectors_each)
    except drawing.DrawRefused as refused:
        raise refusal(refused) from refused
    draw = Draw.objects.create(
        campaign=campaign,
        organisation=organisation,
        algorithm=drawing.ALGORITHM,
        filters=filters,
        pool=pool.plain(),
        pool_sha256=pool.digest(),
        # The pool is fixed by now: whoever fixed it could not know the seed.
        seed=secrets.token_hex(SEED_BYTES),
        seeded_at=timezone.now(),
        seeded_by=actor,
        entities_wanted=entities_wanted,
        inspectors_each=inspectors_each,
    )
    record("draw.pool_fixed", actor=actor, on=draw, after=said(draw))
    return draw


@transaction.atomic
def make_draw(*, actor: User, draw: Draw) -> Draw:
    """Draws from the pool as it was fixed. Raises `draw.made_before`, `draw.campaign_closed`, and
    `draw.pool_changed` where the stored pool is not the one that was hashed."""
    campaign = _kept(draw.campaign_id)
    found = Draw.objects.select_for_update(of=("self",)).select_related("organisation")
    draw = found.get(pk=draw.pk)
    require(actor, MAKE, draw)
    if draw.drawn_at:
        raise MetroplanError(
            "draw.made_before",
            _("This draw was made on {day} and stays as it is."),
            day=timezone.localtime(draw.drawn_at).date(),
        )
    _refuse_closed(campaign)
    lines = replayed(draw)
    draw.drawn_at, draw.drawn_by = timezone.now(), actor
    draw.save(update_fields=["drawn_at", "drawn_by"])
    _write(draw, lines)
    record(
        "draw.made",
        actor=actor,
        on=draw,
        after={"entities": [line.entity for line in lines], "seed": draw.seed},
    )
    tell_assigned(draw, day=timezone.localdate())
    return draw


def replayed(draw: Draw) -> list[drawing.Drawn]:
    """The list that the stored pool and seed give. Raises `draw.pool_changed`."""
    pool = drawing.Pool.read(draw.pool)
    if pool.digest() != draw.pool_sha256:
        raise MetroplanError(
            "draw.pool_changed",
            _("The stored pool does not match its recorded hash: nothing is drawn from it."),
        )
    return drawing.draw(
        pool, seed=draw.seed, wanted=draw.entities_wanted, each=draw.inspectors_each
    )


def stored_list(draw: Draw) -> list[tuple[int, str, set[str]]]:
    """Position, number and certificates of what was drawn."""
    rows = draw.drawn.select_related("entity").prefetch_related("inspectors").order_by("position")
    return [
        (row.position, row.entity.number, {who.certificate_no for who in row.inspectors.all()})
        for row in rows
    ]


def same_list(draw: Draw, lines: list[drawing.Drawn]) -> bool:
    again = [(line.position, line.entity, {*line.inspectors}) for line in lines]
    return stored_list(draw) == again


def _write(draw: Draw, lines: list[drawing.Drawn]) -> None:
    numbers = [line.entity for line in lines]
    entities = dict(Entity.objects.filter(number__in=numbers).values_list("number", "pk"))
    sent = {who for line in lines for who in line.inspectors}
    people = Inspector.objects.filter(certificate_no__in=sent)
    inspectors = dict(people.values_list("certificate_no", "pk"))
    if len(entities) < len(lines) or len(inspectors) < len(sent):
        raise MetroplanError(
            "draw.renumbered",
            _("Numbers in the register have changed since the pool was fixed: set them back."),
        )
    rows = DrawnEntity.objects.bulk_create(
        DrawnEntity(draw=draw, position=line.position, entity_id=entities[line.entity])
        for line in lines
    )
    through = DrawnEntity.inspectors.through
    through.objects.bulk_create(
        through(drawnentity_id=row.pk, inspector_id=inspectors[who])
        for row, line in zip(rows, lines, strict=True)
        for who in line.inspectors
    )


def _kept(pk: int) -> Campaign:
    """The campaign as it stands, kept from others until the transaction ends."""
    found = Campaign.objects.select_for_update(of=("self",)).select_related("organisation")
    return found.get(pk=pk)


def _refuse_elsewhere(campaign: Campaign, unit: Organisation) -> None:
    if not unit.path.startswith(campaign.organisation.path):
        raise MetroplanError(
            "draw.elsewhere",
            _("{unit} does not take part in this campaign: choose a unit of the area of {lead}."),
            status=UNPROCESSABLE,
            unit=unit.name,
            lead=campaign.organisation.name,
        )


def _refuse_closed(campaign: Campaign) -> None:
    if campaign.state not in (CampaignState.PLANNED, CampaignState.RUNNING):
        raise MetroplanError(
            "draw.campaign_closed",
            _("“{title}” is finished or cancelled: nothing is drawn for it any more."),
            title=campaign.title,
        )


def _refuse_second(campaign: Campaign, unit: Organisation) -> None:
    """Else one could fix pool after pool until a seed pleases; pools of a unit and of those above
    and below it share entities."""
    waiting = campaign.draws.filter(drawn_at=None).select_related("organisation")
    for other in (draw.organisation for draw in waiting):
        if other.path.startswith(unit.path) or unit.path.startswith(other.path):
            raise MetroplanError(
                "draw.waiting",
                _("A pool of {unit} is fixed and waits to be drawn: make that draw first."),
                unit=other.name,
            )


def refusal(refused: drawing.DrawRefused) -> MetroplanError:
    return MetroplanError(
        refused.code, REFUSALS[refused.code], status=UNPROCESSABLE, **refused.params
    )


def said(draw: Draw) -> dict[str, Any]:
    return {
        "campaign": draw.campaign.number,
        "organisation": draw.organisation.code,
        "algorithm": draw.algorithm,
        "pool_sha256": draw.pool_sha256,
        "seed": draw.seed,
        "pool_entities": len(draw.pool["entities"]),
        "pool_inspectors": len(draw.pool["inspectors"]),
        "entities_wanted": draw.entities_wanted,
        "inspectors_each": draw.inspectors_each,
    }


def wrong_draws() -> Iterator[Difference]:
    """Draws whose stored list or pool is not what was recorded, for `manage.py verify`."""
    for draw in Draw.objects.filter(drawn_at__isnull=False).order_by("pk"):
        where = f"draw {draw.pk}"
        pool = drawing.Pool.read(draw.pool).digest()
        if pool != draw.pool_sha256:
            yield Difference("pool of a draw", where, pool, draw.pool_sha256)
        elif not same_list(draw, lines := replayed(draw)):
            stored = ", ".join(number for _place, number, _people in stored_list(draw))
            yield Difference("drawn list", where, stored, ", ".join(row.entity for row in lines))
