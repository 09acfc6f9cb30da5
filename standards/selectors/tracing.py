"""The traceability diagram (量值溯源和传递框图) of a standard: what it takes values from and gives
them to, with the links that are broken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metroplan.organisations.models import User
from standards.models import MeasurementStandard, UpperLink, Way
from standards.selectors.standard_detail import ENDED, UNKNOWN, StandardDetail, validity
from standards.selectors.standards import on_day

NATIONAL, UPPER, THIS, INSTRUMENTS = "national", "upper", "this", "instruments"
TIERS: dict[str, Promise] = {
    NATIONAL: gettext_lazy("National primary standards"),
    UPPER: gettext_lazy("Upper standards"),
    THIS: gettext_lazy("This standard"),
    INSTRUMENTS: gettext_lazy("Working instruments"),
}
SOUND, EXPIRED, BROKEN, OPEN = "sound", "expired", "broken", "open"
CONDITIONS: dict[str, Promise] = {
    SOUND: gettext_lazy("Valid"),
    EXPIRED: gettext_lazy("Expired"),
    BROKEN: gettext_lazy("Broken"),
    OPEN: gettext_lazy("Not proved"),
}
MOST_STEPS = 5


@dataclass(frozen=True, slots=True)
class Node:
    """A box. `href` is empty where the reader may not open it; `notes` say what is wrong."""

    key: str
    tier: str
    title: str
    lines: tuple[str, ...] = ()
    condition: str = SOUND
    notes: tuple[str, ...] = ()
    href: str = ""

    @property
    def label(self) -> Promise:
        return CONDITIONS[self.condition]


@dataclass(frozen=True, slots=True)
class Edge:
    """Values pass from `source` down to `target`, both keys of nodes."""

    source: str
    target: str
    label: str
    condition: str = SOUND
    note: str = ""

    @property
    def condition_label(self) -> Promise:
        return CONDITIONS[self.condition]


@dataclass(slots=True)
class Diagram:
    """Rows of boxes from the top down; only the tiers that hold something."""

    day: date
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    heights: dict[str, int] = field(default_factory=dict)

    def rows(self) -> list[tuple[Promise, list[Node]]]:
        """National first; uppers of uppers above uppers."""
        levels = sorted(set(self.heights.values()), reverse=True)
        rows = [[n for n in self.nodes.values() if self.heights[n.key] == at] for at in levels]
        return [(TIERS[row[0].tier], row) for row in rows]

    def above(self) -> list[tuple[Edge, Node, Node]]:
        """The links as sentences for who cannot see the drawing."""
        downwards = sorted(self.edges, key=lambda edge: -self.heights[edge.source])
        return [(edge, self.nodes[edge.source], self.nodes[edge.target]) for edge in downwards]

    @property
    def faults(self) -> int:
        things = [*self.nodes.values(), *self.edges]
        return sum(thing.condition in (EXPIRED, BROKEN) for thing in things)


NATIONAL_HEIGHT = MOST_STEPS + 2


def traceability(user: User, detail: StandardDetail) -> Diagram:
    """One query for each step upwards, at most MOST_STEPS; a circle is followed once."""
    diagram = Diagram(day=detail.day)
    this = _add(diagram, this_node(detail), 0)
    for service in detail.services:
        node = instrument_node(service)
        _add(diagram, node, -1)
        label = " ".join((service.get_way_display(), service.document_no))
        diagram.edges.append(Edge(this.key, node.key, label))
    step, below = 1, {detail.standard.pk}
    seen = set(below)
    while below and step <= MOST_STEPS:
        links = links_above(below, detail.day)
        if step == 1 and not links:
            _add_missing(diagram, this)
        below = _add_links(diagram, links, user, step) - seen
        seen |= below
        step += 1
    return diagram


def links_above(standards: Iterable[int], day: date) -> list[UpperLink]:
    """Each with `upper` as it stood on the day, when it is of the register."""
    links = list(UpperLink.objects.filter(standard__in=standards).order_by("standard", "id"))
    numbers = {link.upper_id for link in links if link.upper_id}
    uppers = {}
    if numbers:
        found = on_day(MeasurementStandard.objects.filter(pk__in=numbers), day)
        uppers = {item.pk: item for item in found.select_related("institute__organisation")}
    for link in links:
        if link.upper_id:
            link.upper = uppers[link.upper_id]
    return links


def this_node(detail: StandardDetail) -> Node:
    standard = detail.standard
    notes = [] if detail.row.counts else [str(detail.row.label)]
    ended = [item for item in detail.equipment if item.standing == ENDED]
    notes += [
        _("Certificate of {name} expired on {day}").format(
            name=item.thing.name, day=item.thing.valid_until
        )
        for item in ended
    ]
    ranges = [f"{line.range_text} {line.performance_text}" for line in detail.capabilities]
    main = [item.thing for item in detail.equipment if item.thing.is_main]
    return Node(
        key=f"s{standard.pk}",
        tier=THIS,
        title=standard.name,
        lines=(standard.institute.name, *ranges[:4], *(equipment_line(item) for item in main[:3])),
        condition=SOUND if not notes else EXPIRED,
        notes=tuple(notes),
        href=reverse("standards:standard-detail", args=[standard.pk]),
    )


def equipment_line(item: object) -> str:
    return " ".join(filter(None, (item.name, item.performance_text)))


def instrument_node(service: object) -> Node:
    lines = (service.range_text, service.performance_text)
    return Node(
        key=f"i{service.pk}",
        tier=INSTRUMENTS,
        title=service.instrument,
        lines=tuple(filter(None, lines)),
    )


def upper_node(link: UpperLink, user: User) -> Node:
    """Of a standard of the register its own facts, else what the link says."""
    upper = link.upper
    tier = NATIONAL if link.is_primary else UPPER
    own = (link.range_text, link.performance_text)
    if upper is None:
        lines = tuple(filter(None, (link.holder, *own)))
        return Node(key=f"l{link.pk}", tier=tier, title=link.name, lines=lines)
    seen = upper.institute.organisation.path.startswith(user.organisation.path)
    counts = upper.until is not None
    return Node(
        key=f"s{upper.pk}",
        tier=tier,
        title=upper.name,
        lines=tuple(filter(None, (upper.institute.name, *own))),
        condition=SOUND if counts else BROKEN,
        notes=() if counts else (_("Not in force on this day"),),
        href=reverse("standards:standard-detail", args=[upper.pk]) if seen else "",
    )


def link_edge(link: UpperLink, source: str, day: date) -> Edge:
    label = " ".join(filter(None, (str(Way(link.way).label), link.certificate_no)))
    condition, note = condition_of(link, day)
    return Edge(source, f"s{link.standard_id}", label, condition, note)


def condition_of(link: UpperLink, day: date) -> tuple[str, str]:
    if link.upper_id and link.upper.until is None:
        return BROKEN, _("The upper standard is not in force on this day")
    standing = validity(link, day)
    if standing == ENDED:
        return EXPIRED, _("The certificate expired on {day}").format(day=link.valid_until)
    if standing == UNKNOWN and not link.is_primary and not link.certificate_no:
        return OPEN, _("No certificate is on record")
    return SOUND, ""


def _add(diagram: Diagram, node: Node, height: int) -> Node:
    diagram.nodes.setdefault(node.key, node)
    diagram.heights.setdefault(node.key, height)
    return node


def _add_links(diagram: Diagram, links: list[UpperLink], user: User, step: int) -> set[int]:
    """Returns the standards of the register that were named."""
    for link in links:
        node = upper_node(link, user)
        _add(diagram, node, NATIONAL_HEIGHT if node.tier == NATIONAL else step)
        diagram.edges.append(link_edge(link, node.key, diagram.day))
    return {link.upper_id for link in links if link.upper_id}


def _add_missing(diagram: Diagram, this: Node) -> None:
    missing = Node(
        key="missing",
        tier=UPPER,
        title=_("No upper standard is on record"),
        condition=BROKEN,
    )
    _add(diagram, missing, 1)
    note = _("Nothing says what this standard takes its values from")
    diagram.edges.append(Edge(missing.key, this.key, "", BROKEN, note))


def drawing(diagram: Diagram) -> dict:
    """For the script of the page."""
    return {
        "tiers": [
            {
                "label": str(label),
                "nodes": [
                    {
                        "key": node.key,
                        "title": node.title,
                        "lines": list(node.lines),
                        "notes": list(node.notes),
                        "condition": node.condition,
                        "word": str(node.label),
                        "href": node.href,
                        "tier": node.tier,
                    }
                    for node in nodes
                ],
            }
            for label, nodes in diagram.rows()
        ],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "label": edge.label,
                "condition": edge.condition,
                "word": str(edge.condition_label),
                "note": edge.note,
            }
            for edge in diagram.edges
        ],
    }
