"""Chance without a generator: the same words always fall the same way."""

import hashlib
from functools import lru_cache

SCALE = 2**48


@lru_cache(maxsize=200_000)
def chance(*words: object) -> float:
    """A number from 0 up to, not including, 1 that follows from the words alone."""
    text = "|".join(map(str, words))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big") / SCALE


def between(low: float, high: float, *words: object) -> float:
    return low + (high - low) * chance(*words)


def whole_between(low: int, high: int, *words: object) -> int:
    """A whole number from low to high, both included."""
    return low + int((high - low + 1) * chance(*words))
