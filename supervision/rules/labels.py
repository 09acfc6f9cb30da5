"""The check of a prepackage's label: is the net content stated in full, in the right unit, in
characters high enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from supervision.rules.net_content import Step
from supervision.rules.quantities import factor_of

UNIT, HEIGHT = "unit", "height"
SYMBOLS = {
    "克": "g", "千克": "kg", "公斤": "kg", "毫升": "mL", "升": "L", "毫米": "mm", "厘米": "cm",
    "米": "m", "平方毫米": "mm²", "平方厘米": "cm²", "平方分米": "dm²", "平方米": "m²",
    "mm2": "mm²", "cm2": "cm²", "dm2": "dm²", "m2": "m²",
}  # fmt: skip
"""Lawful names of units in Chinese, and how an exponent is typed."""


@dataclass(frozen=True, slots=True)
class LabelLine:
    """Units hold from `over` on and below `up_to`, heights above `over` up to and with `up_to`; in
    g, mL, m, m² or pieces, None is no limit. `value` is units with blanks between, or mm."""

    rule: str
    kind: str
    over: Decimal | None
    up_to: Decimal | None
    value: str

    def holds_for(self, kind: str, nominal: Decimal) -> bool:
        if kind != self.kind:
            return False
        if self.rule == UNIT:
            begun = self.over is None or nominal >= self.over
            return begun and (self.up_to is None or nominal < self.up_to)
        begun = self.over is None or nominal > self.over
        return begun and (self.up_to is None or nominal <= self.up_to)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on the package; None or "" is not looked at yet."""

    complete: bool | None
    unit: str
    height: Decimal | None

    @property
    def looked_at(self) -> bool:
        return self.complete is not None and bool(self.unit) and self.height is not None


@dataclass(frozen=True, slots=True)
class LabelVerdict:
    passed: bool
    steps: tuple[Step, ...]


def judge_label(
    label: Label, lines: Iterable[LabelLine], *, kind: str, nominal: Decimal, unit: str
) -> LabelVerdict | None:
    """None while something of the label was not looked at. `nominal` is in `unit`."""
    factor = factor_of(kind, unit)
    if not label.looked_at or factor is None:
        return None
    held = [line for line in lines if line.holds_for(kind, nominal * factor)]
    complete = Step(
        "label.complete" if label.complete else "label.not_complete", {}, label.complete
    )
    tests = [complete, *_unit_steps(label, held), *_height_steps(label, held)]
    passed = all(step.passed for step in tests)
    end = Step("label.passed" if passed else "label.failed", {}, passed)
    return LabelVerdict(passed, (*tests, end))


def symbol_of(unit: str) -> str:
    return SYMBOLS.get(unit, unit)


def _unit_steps(label: Label, held: Iterable[LabelLine]) -> Iterable[Step]:
    for line in held:
        if line.rule == UNIT:
            allowed = line.value.split(" ")
            right = symbol_of(label.unit) in allowed
            params = {"unit": label.unit, "allowed": allowed}
            yield Step("label.right_unit" if right else "label.wrong_unit", params, right)


def _height_steps(label: Label, held: Iterable[LabelLine]) -> Iterable[Step]:
    for line in held:
        if line.rule == HEIGHT:
            least = Decimal(line.value)
            enough = label.height is not None and label.height >= least
            params = {"height": label.height, "least": least}
            yield Step("label.high_enough" if enough else "label.too_low", params, enough)
