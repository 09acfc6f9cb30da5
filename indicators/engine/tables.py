"""Where results go: the tables that pages read, or side tables that a check fills apart."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tables:
    rollup: str = "indicators_rollup"
    progress: str = "indicators_progress"

    def named(self, statement: str) -> str:
        """The statement with `{rollup}` and `{progress}` filled in."""
        return statement.format(rollup=self.rollup, progress=self.progress)


STORED = Tables()
ASIDE = Tables(rollup="aside_rollup", progress="aside_progress")
