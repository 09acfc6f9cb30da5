"""What must agree within one plan file. Runs on whatever kept to the schema."""

from collections.abc import Iterable, Iterator
from typing import Any

from indicators.plan_file.problems import Path, Problem
from indicators.plan_file.source import Source

ROLL_UPS = {"ratio": ("ratio", "own"), "count": ("sum", "mean", "own"), "yes_no": ("share", "own")}

UNIQUE = {
    "milestones": "year",
    "categories": "code",
    "units": "code",
    "boxes": "number",
    "measures": "code",
    "indicators": "code",
    "tasks": "number",
    "duties": "code",
    "plans": "code",
}


class Checks:
    """One pass over a file; `faulty` are the paths at which the schema found a fault.

    Items with a fault are left out, but their codes still count as known.
    """

    def __init__(self, source: Source, faulty: Iterable[Path]) -> None:
        self.source = source
        self.data = source.data if isinstance(source.data, dict) else {}
        self.bad = {path[:2] for path in faulty}

    def problems(self) -> Iterator[Problem]:
        yield from self._repeated()
        yield from self._plan()
        for path, item in self._items("measures"):
            yield from measure_problems(self.source, path, item)
        yield from self._unused_measures()
        for path, item in self._items("indicators"):
            yield from self._indicator(path, item)
        for path, item in self._items("tasks"):
            yield from self._task(path, item)
        for path, item in self._items("duties"):
            yield from self._duty(path, item)

    def shared_problems(self) -> Iterator[Problem]:
        """For the files of shared measures and of parent plans."""
        yield from self._repeated()
        for path, item in self._items("measures"):
            yield from measure_problems(self.source, path, item)

    def _items(self, name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        if (name,) in self.bad or not isinstance(self.data.get(name), list):
            return
        for number, item in enumerate(self.data[name]):
            if (name, number) not in self.bad:
                yield (name, number), item

    def _known(self, name: str) -> set[Any]:
        """Codes of a section, faulty items included."""
        items = self.data.get(name)
        if not isinstance(items, list):
            return set()
        key = UNIQUE[name]
        return {
            item[key]
            for item in items
            if isinstance(item, dict) and isinstance(item.get(key), str | int)
        }

    def _repeated(self) -> Iterator[Problem]:
        for name, key in UNIQUE.items():
            first: dict[Any, int] = {}
            for path, item in self._items(name):
                line = self.source.line((*path, key))
                if item[key] in first:
                    where = first[item[key]]
                    yield self._at((*path, key), "repeated_code", value=item[key], first=where)
                first.setdefault(item[key], line)

    def _at(self, path: Path, code: str, **params: Any) -> Problem:
        return self.source.problem(path, code, **params)

    def _plan(self) -> Iterator[Problem]:
        plan = self.data.get("plan")
        if not isinstance(plan, dict) or any(path[0] == "plan" for path in self.bad):
            return
        if plan["parent"] == plan["code"]:
            yield self._at(("plan", "parent"), "parent_circle", value=plan["code"])
        if plan["ends"] < plan["starts"]:
            yield self._at(("plan", "ends"), "ends_before_start")
        dated = [item["year"] for _, item in self._items("milestones") if item["kind"] != "vision"]
        if dated and plan["ends"] != f"{max(dated)}Q4":
            yield self._at(("plan", "ends"), "ends_off_milestone", expected=f"{max(dated)}Q4")

    def _unused_measures(self) -> Iterator[Problem]:
        if not isinstance(self.data.get("indicators"), list):
            return
        used = {item.get("measure") for item in self.data["indicators"] if isinstance(item, dict)}
        for path, item in self._items("measures"):
            if item["code"] not in used:
                yield self._at((*path, "code"), "measure_unused", value=item["code"])

    def _indicator(self, path: Path, item: dict[str, Any]) -> Iterator[Problem]:
        if item["category"] not in self._known("categories"):
            yield self._at((*path, "category"), "unknown_category", value=item["category"])
        if item["comparator"] != "done" and "measure" not in item:
            yield self._at(path, "measure_missing")
        yield from self._baseline(path, item)
        yield from self._targets(path, item)

    def _baseline(self, path: Path, item: dict[str, Any]) -> Iterator[Problem]:
        baseline = item.get("baseline")
        if item.get("basis") == "growth_percent" and baseline is None:
            yield self._at((*path, "basis"), "growth_needs_baseline")
        if baseline and baseline["year"] >= min(target["year"] for target in item["targets"]):
            yield self._at((*path, "baseline", "year"), "baseline_too_late")

    def _targets(self, path: Path, item: dict[str, Any]) -> Iterator[Problem]:
        years: dict[int, int] = {}
        for number, target in enumerate(item["targets"]):
            at = (*path, "targets", number)
            year, line = target["year"], self.source.line(at)
            if year not in self._known("milestones"):
                yield self._at((*at, "year"), "unknown_year", value=year)
            if year in years:
                yield self._at((*at, "year"), "repeated_code", value=year, first=years[year])
            years.setdefault(year, line)
            yield from self._numbers(at, target, item["comparator"])

    def _numbers(self, at: Path, target: dict[str, Any], comparator: str) -> Iterator[Problem]:
        if comparator == "done":
            for key in ("low", "high", "approximate"):
                if key in target:
                    yield self._at((*at, key), "done_without_numbers")
            return
        if "low" not in target:
            yield self._at(at, "low_missing")
        if comparator != "range" and "high" in target:
            yield self._at((*at, "high"), "high_unexpected")
        if comparator == "range" and "high" not in target:
            yield self._at(at, "high_missing")
        if "low" in target and target.get("high", target["low"]) < target["low"]:
            yield self._at((*at, "high"), "range_upside_down")

    def _task(self, path: Path, item: dict[str, Any]) -> Iterator[Problem]:
        supporting = item.get("supporting", [])
        named = [("lead", item["lead"])]
        named += [(("supporting", n), code) for n, code in enumerate(supporting)]
        for step, code in named:
            at = (*path, *(step if isinstance(step, tuple) else (step,)))
            if code not in self._known("units"):
                yield self._at(at, "unknown_unit", value=code)
            if step != "lead" and code == item["lead"]:
                yield self._at(at, "lead_supports", value=code)
        for number, code in enumerate(item.get("indicators", [])):
            if code not in self._known("indicators"):
                yield self._at((*path, "indicators", number), "unknown_indicator", value=code)

    def _duty(self, path: Path, item: dict[str, Any]) -> Iterator[Problem]:
        for key in ("from", "to"):
            if item[key] is not None and item[key] not in self._known("units"):
                yield self._at((*path, key), "unknown_unit", value=item[key])
        if item["recurrence"] == "once" and item.get("year") is None:
            yield self._at(path, "once_needs_year")
        if item["recurrence"] != "once" and item.get("year") is not None:
            yield self._at((*path, "year"), "year_unexpected")


def measure_problems(source: Source, path: Path, item: dict[str, Any]) -> Iterator[Problem]:
    kind, roll_up = item["kind"], item["roll_up"]
    if roll_up not in ROLL_UPS[kind]:
        allowed = ", ".join(ROLL_UPS[kind])
        yield source.problem(
            (*path, "roll_up"), "roll_up_misfit", value=roll_up, kind=kind, allowed=allowed
        )
    parts = [key for key in ("numerator", "denominator") if key in item]
    if kind == "ratio" and len(parts) < 2:
        yield source.problem(path, "ratio_needs_parts")
    if kind != "ratio" and parts:
        yield source.problem((*path, parts[0]), "parts_unexpected")
    if roll_up == "mean" and "mean_level" not in item:
        yield source.problem((*path, "roll_up"), "mean_needs_level")
    if roll_up != "mean" and "mean_level" in item:
        yield source.problem((*path, "mean_level"), "level_unexpected")
