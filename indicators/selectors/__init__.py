"""What the pages, the API and the exports show, read once and given as frozen shapes."""

from indicators.selectors.indicator import IndicatorPage, indicator_page
from indicators.selectors.plans import PlanPage, PlanRow, plan_list, plan_page
from indicators.selectors.progress import Overview, overview
from indicators.selectors.standing import Standing, fingerprint
from indicators.selectors.trace import ObservationTrace, observation_trace

__all__ = [
    "IndicatorPage",
    "ObservationTrace",
    "Overview",
    "PlanPage",
    "PlanRow",
    "Standing",
    "fingerprint",
    "indicator_page",
    "observation_trace",
    "overview",
    "plan_list",
    "plan_page",
]
