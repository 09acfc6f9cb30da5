"""YAML read into plain values, with the line on which each of them stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from indicators.plan_file.problems import Path, PlanFileError, Problem

LIMIT = 1_000_000
DEEPEST = 12
FLOAT = "tag:yaml.org,2002:float"


@dataclass(frozen=True)
class Source:
    """Values as written: numbers with a point are Decimal. Lines count from 1."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest section around one that is missing."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, code: str, **params: Any) -> Problem:
        return Problem(self.line(path), path, code, params)


def read_source(text: str) -> Source:
    """Raises PlanFileError for what is not plain YAML."""
    if len(text) > LIMIT:
        raise PlanFileError([Problem(1, (), "too_large", {"limit": LIMIT})])
    try:
        _refuse_traps(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line, text.rstrip().count("\n")) + 1 if mark else 1
        raise PlanFileError([Problem(line, (), "syntax", {"detail": error.problem})]) from error
    except yaml.YAMLError as error:
        raise PlanFileError([Problem(1, (), "syntax", {"detail": str(error)})]) from error
    reader = _Reader()
    data = reader.value(node, ()) if node else None
    if reader.problems:
        raise PlanFileError(reader.problems)
    return Source(data, reader.lines)


def _refuse_traps(text: str) -> None:
    """Aliases can make a small file endless; deep nesting can exhaust the reader."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise PlanFileError([Problem(line, (), "alias")])
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise PlanFileError([Problem(line, (), "too_deep")])


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.constructor = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self._items(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _items(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            if key in seen:
                self.problems.append(Problem(line, (*path, key), "repeated_key", {"key": key}))
            seen.add(key)
            self.lines[(*path, key)] = line
            yield key, self.value(value_node, (*path, key))

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        try:
            if node.tag == FLOAT:
                return _finite(node.value)
            return self.constructor.construct_object(node)
        except (ValueError, ArithmeticError, yaml.YAMLError):
            line = node.start_mark.line + 1
            self.problems.append(Problem(line, path, "scalar", {"value": node.value}))
            return None


def _finite(text: str) -> Decimal:
    number = Decimal(text.replace("_", ""))
    if not number.is_finite():
        raise ValueError(text)
    return number
