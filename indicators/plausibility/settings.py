"""The settings of each check: their names, what they may be, and what they are at first. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from indicators.rules.terms import Kind

TOO_LARGE = Decimal(10) ** 15


class SettingError(ValueError):
    """`name` is the setting that cannot be so, or "" where they do not fit each other."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Setting:
    """A number between `low` and `high`, a whole one, or a list of measures by code."""

    name: str
    low: Decimal = Decimal(0)
    high: Decimal = TOO_LARGE
    whole: bool = False
    codes: bool = False
    optional: bool = False

    def parse(self, raw: Any) -> Any:
        """A Decimal, an int, a tuple of codes, or None; raises SettingError."""
        if self.codes:
            return self._codes(raw)
        if raw in (None, ""):
            if self.optional:
                return None
            raise SettingError(self.name)
        return self._number(raw)

    def _number(self, raw: Any) -> Decimal | int:
        try:
            number = Decimal(str(raw))
        except InvalidOperation:
            raise SettingError(self.name) from None
        if not number.is_finite() or not self.low <= number <= self.high:
            raise SettingError(self.name)
        if not self.whole:
            return number
        if number != number.to_integral_value():
            raise SettingError(self.name)
        return int(number)

    def _codes(self, raw: Any) -> tuple[str, ...]:
        codes = tuple(raw.replace(",", " ").split()) if isinstance(raw, str) else tuple(raw or ())
        if len(codes) < 2 or len({*codes}) < len(codes):
            raise SettingError(self.name)
        return codes


ONE = Decimal(1)
# As little as that tells nothing: with 3 things, 30 is no slip of the decimal point.
LEAST = Setting("least")
POINTS = Setting("points", low=Decimal(3), high=Decimal(12), whole=True)
FLOOR = Setting("floor", high=ONE)
DISTANCE = Setting("distance", low=ONE, high=Decimal(100))

SETTINGS: dict[str, tuple[Setting, ...]] = {
    "range": (Setting("low", optional=True), Setting("high", optional=True)),
    "below_last": (Setting("tolerance", high=ONE),),
    "unit_slip": (Setting("tolerance", high=ONE), LEAST, POINTS),
    "year_to_date": (Setting("tolerance", high=ONE), LEAST, POINTS),
    "outlier_history": (
        DISTANCE,
        FLOOR,
        Setting("points", low=Decimal(6), high=Decimal(12), whole=True),
    ),
    "outlier_peers": (
        DISTANCE,
        FLOOR,
        Setting("units", low=Decimal(3), high=Decimal(1000), whole=True),
    ),
    "parts": (Setting("parts", codes=True),),
    "register": (Setting("tolerance", high=ONE),),
}

SLIP = {"tolerance": "0.3", "least": "20", "points": "4"}
MIXED_UP = {"tolerance": "0.2", "least": "10", "points": "4"}

# By check and kind of measure, in use from the beginning. A range and the parts of a total are a
# measure's own; a rate may fall.
DEFAULTS: dict[tuple[str, str], dict[str, Any]] = {
    ("below_last", Kind.COUNT): {"tolerance": "0"},
    ("below_last", Kind.YES_NO): {"tolerance": "0"},
    ("unit_slip", Kind.COUNT): SLIP,
    ("unit_slip", Kind.RATIO): SLIP,
    ("year_to_date", Kind.COUNT): MIXED_UP,
    ("year_to_date", Kind.RATIO): MIXED_UP,
    ("outlier_history", Kind.COUNT): {"distance": "5", "floor": "0.03", "points": "6"},
    ("outlier_history", Kind.RATIO): {"distance": "5", "floor": "0.01", "points": "6"},
    ("outlier_peers", Kind.COUNT): {"distance": "6", "floor": "0.1", "units": "5"},
    ("outlier_peers", Kind.RATIO): {"distance": "6", "floor": "0.02", "units": "5"},
    ("register", Kind.COUNT): {"tolerance": "0"},
    ("register", Kind.RATIO): {"tolerance": "0"},
    ("register", Kind.YES_NO): {"tolerance": "0"},
}


# What makes no sense for a kind of measure whatever its settings.
UNFIT = {
    ("range", Kind.YES_NO),
    ("below_last", Kind.RATIO),
    *((check, Kind.YES_NO) for check in ("unit_slip", "year_to_date", "parts")),
    *((check, Kind.YES_NO) for check in ("outlier_history", "outlier_peers")),
}


def fits(check: str, kind: str) -> bool:
    """Whether the check has something to say of measures of the kind."""
    return (check, kind) not in UNFIT


def parse_settings(check: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a check as it works with them; raises SettingError."""
    known = SETTINGS[check]
    if unknown := {*raw} - {setting.name for setting in known}:
        raise SettingError(min(unknown))
    parsed = {setting.name: setting.parse(raw.get(setting.name)) for setting in known}
    if check == "range":
        _check_range(parsed["low"], parsed["high"])
    return parsed


def _check_range(low: Decimal | None, high: Decimal | None) -> None:
    if low is None and high is None:
        raise SettingError("")
    if low is not None and high is not None and low > high:
        raise SettingError("high")
