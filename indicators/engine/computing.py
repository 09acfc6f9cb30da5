"""From what is in `dirty` to stored roll-ups and statuses."""

from indicators.engine.in_force import thresholds_in_force
from indicators.engine.progress import store_progress
from indicators.engine.rollup import roll_up_scope
from indicators.engine.scope import enter_height, spread_upwards
from indicators.engine.tables import Tables


def compute_dirty(tables: Tables, *, horizon: int) -> None:
    """Recompute what is in `dirty` and all above it, up to the quarter `horizon`."""
    compute_affected(tables, spread_upwards(), horizon=horizon)


def compute_affected(tables: Tables, heights: list[int], *, horizon: int) -> None:
    """Replace the results of all that stands in `affected`, lowest height first."""
    thresholds = thresholds_in_force(tables.known_at)
    for height in heights:
        enter_height(height)
        roll_up_scope(horizon, tables, thresholds.version)
    store_progress(tables, thresholds)
