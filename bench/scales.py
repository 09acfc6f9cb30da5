"""How large the made-up country is."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Scale:
    provinces: int
    cities: int
    counties: int
    measures: int = 60
    quarters: int = 48

    @property
    def observations(self) -> int:
        return self.counties * self.measures * self.quarters


SCALES = {
    "small": Scale(provinces=1, cities=2, counties=12, measures=12, quarters=12),
    "province": Scale(provinces=1, cities=12, counties=120),
    "national": Scale(provinces=31, cities=333, counties=2850),
}
# The same units and measures after a quarter of the time.
SCALES |= {f"{name}-short": replace(it, quarters=it.quarters // 4) for name, it in SCALES.items()}
