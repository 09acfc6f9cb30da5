"""From what is in `dirty` to stored roll-ups and statuses."""

from indicators.engine.in_force import thresholds_in_force
from indicators.engine.lines import create_lines
from indicators.engine.progress import FROM_THE_START, store_progress
from indicators.engine.rollup import roll_up_lines
from indicators.engine.scope import spread_upwards
from indicators.engine.swap import settle_roll_ups
from indicators.engine.tables import Tables


def compute_dirty(tables: Tables, *, horizon: int, statuses_from: int = FROM_THE_START) -> None:
    """Recompute what is in `dirty` and all above it, up to the quarter `horizon`."""
    compute_affected(tables, spread_upwards(), horizon=horizon, statuses_from=statuses_from)


def compute_affected(
    tables: Tables, heights: list[int], *, horizon: int, statuses_from: int = FROM_THE_START
) -> None:
    """Replace the results of all that stands in `affected`, lowest height first."""
    thresholds = thresholds_in_force(tables.known_at)
    create_lines(horizon, tables)
    roll_up_lines(heights, horizon=horizon, tables=tables, rule_version=thresholds.version)
    settle_roll_ups(tables)
    store_progress(tables, thresholds, first=statuses_from)
