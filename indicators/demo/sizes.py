"""How large things are: what a county usually has, and how units differ in size."""

from indicators.demo.chance import between
from indicators.demo.paths import Point
from metroplan.organisations.models import Level

# Denominators of rates, and the base of what is to grow, for one county office (for a flow: in a
# quarter), from a small one to a large one.
USUAL: dict[str, tuple[int, int]] = {
    "key_instrument_verification_rate": (380, 1700),
    "compulsory_verification_rate": (800, 3600),
    "net_content_pass_rate": (12, 45),
    "instrument_product_pass_rate": (8, 24),
    "energy_online_collection_rate": (5, 26),
    "fuel_dispenser_verification_rate": (60, 260),
    "fair_scale_provision_rate": (8, 32),
    "household_meter_initial_verification_rate": (600, 3800),
    "mine_safety_instrument_verification_rate": (60, 420),
    "metrology_officer_rate": (30, 120),
    "county_institute_senior_share": (12, 30),
    "county_institute_intermediate_share": (12, 30),
    "compulsory_verification_capacity": (14, 44),
    "metrology_services": (900, 4200),
}
# Denominators of rates that only the owner of a plan reports.
OF_THE_OWNER: dict[str, tuple[int, int]] = {
    "traceability_coverage_rate": (880, 960),
    "standards_coverage_rate": (60, 60),
    "highest_public_standards_upper_share": (56, 66),
    "traceability_demand_met_rate": (1800, 2600),
    "city_institute_senior_share": (52, 66),
    "city_institute_intermediate_share": (52, 66),
}
OTHERS = (40, 160)
NOT_EVERYWHERE: dict[str, float] = {
    "mine_safety_instrument_verification_rate": 0.22,
    "energy_online_collection_rate": 0.04,
}
"""The share of units to which a measure does not apply."""

LEVEL_WEIGHT = {Level.ZONE: 0.5, Level.COUNTY: 1.0, Level.CITY: 3.0, Level.PROVINCE: 8.0}
OWNER_WEIGHT = 9.0


def weight(unit: str, level: str, *, owner: bool) -> float:
    """A unit's size beside a usual county's; the office that owns the plan is the largest."""
    scale = max(OWNER_WEIGHT, LEVEL_WEIGHT[level]) if owner else LEVEL_WEIGHT[level]
    return scale * between(0.6, 1.6, "size", unit)


def usual_size(measure: str, unit: str, level: str, *, owner: bool) -> float:
    """The denominator of a rate, or the base of a growing figure, for one unit."""
    if owner and measure in OF_THE_OWNER:
        return between(*OF_THE_OWNER[measure], "own", measure, unit)
    low, high = USUAL.get(measure, OTHERS)
    # The unit's own size decides most, the measure the rest: a large county is large in all.
    part = 0.7 * between(0, 1, "size", unit) + 0.3 * between(0, 1, "size", measure, unit)
    scale = 6.0 if owner else LEVEL_WEIGHT[level]
    return (low + (high - low) * part) * scale


def growing(size: float, start: Point, quarter: int) -> float:
    """Stocks of instruments and firms become a little more every year."""
    return size * (1 + 0.006 * max(quarter - start[0], 0))
