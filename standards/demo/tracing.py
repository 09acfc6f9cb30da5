"""What demonstration standards take their values from: one of a unit above, or a named one."""

from collections.abc import Iterator
from datetime import date, timedelta

from indicators.demo.chance import whole_between
from metroplan.organisations.models import Level
from standards.demo.holders import Holder, Region
from standards.demo.lives import Life
from standards.models import MeasurementStandard, UpperLink, Way

Made = list[tuple[Life, MeasurementStandard]]
Above = dict[str, list[tuple[str, MeasurementStandard]]]
"""Name of a standard → the units' paths and the standards that others may be traced to."""


def add_above(above: Above, holder: Holder, made: Made) -> None:
    """What is in use and public can be an upper standard to others."""
    for life, standard in made:
        if not life.ended and holder.holder_kind == "public":
            above.setdefault(life.pattern.name, []).append((holder.unit.path, standard))


def links_of(
    region: Region, holder: Holder, made: Made, above: Above, today: date
) -> Iterator[UpperLink]:
    """Asked before the holder's own standards are added to `above`."""
    for life, standard in made:
        yield _link(region, holder, life, standard, above, today)


def _link(
    region: Region,
    holder: Holder,
    life: Life,
    standard: MeasurementStandard,
    above: Above,
    today: date,
) -> UpperLink:
    words = standard.number
    link = UpperLink(
        standard=standard,
        way=Way.VERIFICATION,
        certificate_no=f"{region.letter}JD{whole_between(10000, 99999, words, 'jd')}",
        valid_until=today + timedelta(days=whole_between(-25, 360, words, "traced")),
    )
    upper = _nearest(above.get(life.pattern.name, ()), holder.unit.path)
    if upper is not None:
        link.upper = upper
    else:
        link.holder, link.name = region.above, f"{life.pattern.name}（上级）"
        link.range_text = life.pattern.capability["range_text"]
        link.is_primary = holder.unit.level == Level.PROVINCE
        if link.is_primary:
            link.name = f"{life.pattern.name.removesuffix('标准装置')}国家计量基准（演示）"
    return link


def _nearest(
    candidates: list[tuple[str, MeasurementStandard]] | tuple, path: str
) -> MeasurementStandard | None:
    """Of the unit that stands nearest above."""
    found = [(len(own), standard) for own, standard in candidates if path.startswith(own)]
    return max(found, key=lambda pair: pair[0])[1] if found else None
