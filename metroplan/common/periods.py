"""Quarters (季度): the unit of time of every figure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

PATTERN = re.compile(r"^(\d{4})Q([1-4])$")
IN_WORDS = {"zh": ("{year}年第{quarter}季度", "一二三四"), "en": ("{year} Q{quarter}", "1234")}


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A calendar quarter. `index` = year*4 + quarter - 1 counts quarters without gaps."""

    index: int

    @classmethod
    def of(cls, year: int, quarter: int) -> Self:
        if quarter not in (1, 2, 3, 4):
            raise ValueError(f"quarter must be 1 to 4, not {quarter}")
        return cls(year * 4 + quarter - 1)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2024Q3`; anything else raises ValueError."""
        match = PATTERN.match(text.strip().upper())
        if match is None:
            raise ValueError(f"not a quarter: {text!r}")
        return cls.of(int(match[1]), int(match[2]))

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls.of(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def year_end(cls, year: int) -> Self:
        """The quarter at which a milestone or baseline of that year stands."""
        return cls.of(year, 4)

    @property
    def year(self) -> int:
        return self.index // 4

    @property
    def quarter(self) -> int:
        return self.index % 4 + 1

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.quarter - 2, 1)

    @property
    def last_day(self) -> date:
        return (self + 1).first_day - timedelta(days=1)

    def __add__(self, quarters: int) -> "Period":
        return Period(self.index + quarters)

    def __sub__(self, quarters: int) -> "Period":
        return Period(self.index - quarters)

    def in_words(self, language: str) -> str:
        """`2026年第三季度` in `zh`, `2026 Q3` in `en`."""
        words, numerals = IN_WORDS[language]
        return words.format(year=self.year, quarter=numerals[self.quarter - 1])

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}"


def newest_closed(today: date) -> Period:
    """The latest quarter that has ended by `today`."""
    return Period.containing(today) - 1
