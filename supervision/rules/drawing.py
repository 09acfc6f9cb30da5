"""The published algorithm of double random draws, "sha256-1". Anyone can repeat it by hand.

1. The pool is written as JSON with sorted keys and lists and without blanks; its SHA-256 is H.
2. Every entity gets the rank SHA-256("seed|H|number"); the smallest ranks are drawn, in that order.
3. For each drawn entity, in the order drawn, the inspectors without a conflict with it are put in
   order by how many entities of this draw they have already, then by the rank
   SHA-256("seed|H|number|certificate"); the first of them are drawn.

Texts are UTF-8, hashes are compared as lower-case hexadecimal.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

ALGORITHM = "sha256-1"


class DrawRefused(ValueError):
    """`code` names the rule, `params` what its sentence needs."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Pool:
    """What is drawn from: numbers of entities, certificates of inspectors, and the pairs
    (certificate, number) that must not meet."""

    entities: tuple[str, ...]
    inspectors: tuple[str, ...]
    conflicts: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(
        cls,
        entities: Iterable[str],
        inspectors: Iterable[str],
        conflicts: Iterable[tuple[str, str]] = (),
    ) -> Self:
        """Only conflicts between members count; doubles and order make no difference."""
        drawn, sent = {*entities}, {*inspectors}
        kept = frozenset((who, what) for who, what in conflicts if who in sent and what in drawn)
        return cls(tuple(sorted(drawn)), tuple(sorted(sent)), kept)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        pairs = ((who, what) for who, what in plain["conflicts"])
        return cls.of(plain["entities"], plain["inspectors"], pairs)

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls.read(json.loads(text))

    def plain(self) -> dict[str, Any]:
        return {
            "conflicts": [list(pair) for pair in sorted(self.conflicts)],
            "entities": list(self.entities),
            "inspectors": list(self.inspectors),
        }

    def text(self) -> str:
        """The exact text that is hashed."""
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        return _hash(self.text())

    def free_for(self, entity: str) -> list[str]:
        return [who for who in self.inspectors if (who, entity) not in self.conflicts]


@dataclass(frozen=True, slots=True)
class Drawn:
    """`position` counts from 1."""

    position: int
    entity: str
    inspectors: tuple[str, ...]


def check(pool: Pool, *, wanted: int, each: int) -> None:
    """Raises DrawRefused for a draw that could not be carried out, whatever the seed."""
    if not 1 <= wanted <= len(pool.entities):
        code = "draw.nothing" if wanted < 1 else "draw.too_large"
        raise DrawRefused(code, wanted=wanted, pool=len(pool.entities))
    if len(pool.inspectors) < each:
        raise DrawRefused("draw.too_few_inspectors", found=len(pool.inspectors), each=each)
    barred = Counter(entity for _who, entity in pool.conflicts)
    for entity in pool.entities:
        free = len(pool.inspectors) - barred[entity]
        if free < each:
            raise DrawRefused("draw.all_in_conflict", entity=entity, found=free, each=each)


def draw(pool: Pool, *, seed: str, wanted: int, each: int) -> list[Drawn]:
    """The same for everybody who has the pool and the seed. Raises DrawRefused as `check`."""
    check(pool, wanted=wanted, each=each)
    start = f"{seed}|{pool.digest()}"
    load: Counter[str] = Counter()
    found = []
    for position, entity in enumerate(ranked(pool.entities, start)[:wanted], start=1):
        sent = _sent(pool, entity, f"{start}|{entity}", load, each)
        load.update(sent)
        found.append(Drawn(position, entity, tuple(sent)))
    return found


def ranked(members: Sequence[str], start: str) -> list[str]:
    return sorted(members, key=lambda member: _hash(f"{start}|{member}"))


def _sent(pool: Pool, entity: str, start: str, load: Mapping[str, int], each: int) -> list[str]:
    """Of those who may inspect the entity the least burdened, then by rank; ranks are only made of
    those among whom they decide."""
    by_load: dict[int, list[str]] = defaultdict(list)
    for who in pool.free_for(entity):
        by_load[load.get(who, 0)].append(who)
    sent: list[str] = []
    for burden in sorted(by_load):
        sent += ranked(by_load[burden], start)
        if len(sent) >= each:
            break
    return sent[:each]


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
