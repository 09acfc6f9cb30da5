"""What people are told of supervision: overdue findings, and whom a draw sends out."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation, Role
from metroplan.organisations.services.notices import nearest_people, notify, settle
from supervision.models import Draw, DrawnEntity, Finding, Inspector

ESCALATED = "finding.escalated"
ASSIGNED = "draw.assigned"
INSPECTING = (Role.REPORTER, Role.STAFF)
SENTENCES = {
    ASSIGNED: _(
        "Drawn for “{title}”: inspectors {inspectors} of your area go to {number} entities; begin "
        "the inspections before {ends} is over."
    ),
    ESCALATED: _(
        "Finding {number} at “{entity}” should have been rectified by {due}; it is passed on to "
        "your unit."
    ),
}


def finding_url(finding: Finding) -> str:
    return reverse("supervision:finding-detail", args=[finding.pk])


def settle_finding(finding: Finding) -> None:
    settle(codes=[ESCALATED], urls=[finding_url(finding)])


def waiting_url(draw: Draw) -> str:
    return f"{reverse('supervision:drawn-list')}?draw={draw.pk}"


def tell_assigned(draw: Draw, *, day: date) -> None:
    """The people who record inspections in the units whose inspectors were drawn, or in the
    nearest above; once for each draw."""
    lines = DrawnEntity.objects.filter(draw=draw)
    sent = Inspector.objects.filter(drawn__in=lines).select_related("organisation").distinct()
    by_unit: dict[Organisation, list[Inspector]] = {}
    for inspector in sent:
        by_unit.setdefault(inspector.organisation, []).append(inspector)
    people = nearest_people(by_unit, INSPECTING)
    for unit, inspectors in by_unit.items():
        notify(
            code=ASSIGNED,
            params={
                "title": draw.campaign.title,
                "inspectors": "、".join(one.certificate_no for one in inspectors),
                "number": lines.filter(inspectors__in=inspectors).distinct().count(),
                "ends": draw.campaign.ends.isoformat(),
            },
            url=waiting_url(draw),
            key=f"draw:{draw.pk}:{unit.pk}",
            users=people[unit.pk],
            day=day,
        )


def settle_assigned(draw: Draw) -> None:
    """Every line of it is being inspected: nobody needs to be told any more."""
    if not draw.drawn.filter(inspection=None).exists():
        settle(codes=[ASSIGNED], urls=[waiting_url(draw)])
