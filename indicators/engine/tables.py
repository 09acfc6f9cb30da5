"""Where figures come from and results go: what pages read, or a computation apart."""

from dataclasses import dataclass
from datetime import datetime

CURRENT = "o.superseded_at IS NULL"
KNOWN = (
    "o.recorded_at <= %(known_at)s AND (o.superseded_at IS NULL OR o.superseded_at > %(known_at)s)"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """`known_at` looks back: what had been recorded by then and not yet superseded counts.

    `fresh` tables are empty, so nothing is to be replaced; the roll-ups' may be `unmade` as well,
    and is then made as it is filled.
    """

    rollup: str = "indicators_rollup"
    progress: str = "indicators_progress"
    known_at: datetime | None = None
    fresh: bool = False
    unmade: bool = False

    def named(self, statement: str) -> str:
        """The statement with its tables and its choice of observations filled in."""
        known = CURRENT if self.known_at is None else KNOWN
        return statement.format(rollup=self.rollup, progress=self.progress, known=known)


STORED = Tables()
ASIDE = Tables(rollup="aside_rollup", progress="aside_progress", fresh=True)
