"""A register in files: one set of columns that exports write and imports read."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import Promise

from metroplan.common.tables import table_file


@dataclass(frozen=True)
class RegisterColumns:
    """`plain` gives a thing by column, choices as codes; `derived` columns are written for the
    reader and passed over when a file is read."""

    headings: Mapping[str, Promise]
    plain: Callable[[Any], dict[str, Any]]
    required: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    choices: Mapping[str, Sequence[tuple[Any, Any]]] = field(default_factory=dict)

    @property
    def read(self) -> list[str]:
        """The columns that an import reads."""
        return [name for name in self.headings if name not in self.derived]

    def file_rows(self, things: Iterable[Any]) -> Iterator[list[Any]]:
        """The headings, then one line for each thing; choices in words."""
        yield [str(heading) for heading in self.headings.values()]
        words = {
            name: {code: str(label) for code, label in pairs if code != ""}
            for name, pairs in self.choices.items()
        }
        for thing in things:
            values = self.plain(thing)
            for name, labels in words.items():
                values[name] = labels.get(values[name], "")
            yield [values[name] for name in self.headings]

    def content(self, things: Iterable[Any], fmt: str) -> bytes:
        """All of them as `csv`, `xlsx` or `json`."""
        if fmt == "json":
            body = {"results": [self.plain(thing) for thing in things]}
            return json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
        return table_file(fmt, self.file_rows(things))
