"""Dividing a whole number so that the parts add up to it exactly."""

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole parts in proportion to the weights (largest remainders, earlier first)."""
    whole = sum(weights)
    if total < 0 or whole <= 0:
        raise ValueError("something that is not below zero is divided by weights above zero")
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
