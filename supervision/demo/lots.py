"""Demonstration lots of prepackages: weighed piece by piece and judged by the tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from indicators.demo.chance import chance, whole_between
from standards.demo.loading import write
from supervision.demo.copying import copy_rows
from supervision.demo.inspections import Visit
from supervision.demo.scene import Scene
from supervision.models import Lot, LotReading
from supervision.rules.net_content import Reading, judge, row_for
from supervision.selectors.content_tables import Editions, editions_on
from supervision.selectors.verdicts import label_passed, sample_of
from supervision.states import InspectionState

PREFIX = "NC"
LOTS = 800
SHORT, BAD_LABEL = 0.05, 0.04
LOT_SIZES = (8, 30, 48, 60, 90, 120, 300, 1000)
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Goods:
    """`nominal`, `tare`, `spread` and `less` are in `unit`; spread and less in tenths of it.

    Pieces hold more than they should by up to three spreads and less by up to one; those of a
    short lot hold `less` less.
    """

    commodity: str
    product: str
    kind: str
    nominal: int
    unit: str
    tare: int
    height: int
    spread: int
    less: int


GOODS = (
    Goods("大米", "袋装大米（演示）", "mass", 500, "g", 6, 5, 20, 160),
    Goods("食用油", "瓶装菜籽油（演示）", "volume", 900, "mL", 42, 5, 20, 160),
    Goods("饮料", "瓶装饮料（演示）", "volume", 330, "mL", 18, 5, 15, 100),
    Goods("糕点", "盒装糕点（演示）", "mass", 200, "g", 24, 4, 12, 100),
    Goods("调味品", "袋装食盐（演示）", "mass", 400, "g", 4, 5, 15, 120),
)


def lots_of(scene: Scene, visits: Iterable[Visit]) -> list[Lot]:
    """Of concluded inspections of campaigns that take such samples; none without tables."""
    held = editions_on(scene.begins)
    sampled = [
        visit
        for visit in visits
        if visit.inspection.campaign is not None
        and visit.inspection.campaign.commodities
        and visit.inspection.state == InspectionState.CLOSED
    ]
    if held is None or not sampled:
        return []
    step = max(1, len(sampled) // scene.some(LOTS))
    lots, readings = [], []
    for visit in sampled[::step]:
        lot, found = _lot(scene, visit, held)
        lots.append(lot)
        readings += found
    write(lots, Lot)
    copy_rows(LotReading, readings)
    return lots


def _lot(scene: Scene, visit: Visit, held: Editions) -> tuple[Lot, list[LotReading]]:
    inspection = visit.inspection
    number = scene.number(PREFIX, inspection.organisation)
    goods = GOODS[whole_between(0, len(GOODS) - 1, number, "goods")]
    size = LOT_SIZES[whole_between(0, len(LOT_SIZES) - 1, number, "size")]
    row = row_for(held.tables.sampling, size)
    if row is None:
        raise ValueError(f"no line of the sampling plan for {size}")
    low = chance(number, "label") < BAD_LABEL
    lot = Lot(
        number=number,
        inspection=inspection,
        campaign=inspection.campaign,
        organisation=inspection.organisation,
        entity=inspection.entity,
        commodity=goods.commodity,
        product=goods.product,
        maker="演示食品厂",
        batch_no=f"{inspection.inspected_on:%Y%m%d}",
        sampled_on=inspection.inspected_on,
        quantity_kind=goods.kind,
        nominal=Decimal(goods.nominal),
        unit=goods.unit,
        lot_size=size,
        sample_size=row.needs(size),
        tare=Decimal(goods.tare),
        label_unit=goods.unit,
        label_height=Decimal(1 if low else goods.height),
        label_complete=True,
        published_on=inspection.published_on,
        plan=held.plan,
        table=held.table,
        is_demo=True,
    )
    weighed = _weighed(lot, goods)
    lot.quantity_passed = judge(sample_of(lot, weighed), held.tables).passed
    lot.label_passed = label_passed(lot, held)
    rows = enumerate(weighed, start=1)
    return lot, [LotReading(lot=lot, position=at, gross=one.gross) for at, one in rows]


def _weighed(lot: Lot, goods: Goods) -> list[Reading]:
    less = goods.less if chance(lot.number, "short") < SHORT else 0
    whole = 10 * (goods.nominal + goods.tare) - less
    return [
        Reading(
            gross=TENTH
            * (whole + whole_between(-goods.spread, 3 * goods.spread, lot.number, place))
        )
        for place in range(lot.sample_size)
    ]
