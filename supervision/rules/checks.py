"""What an instrument met on the spot showed."""

from decimal import Decimal


def within_mpe(error: Decimal | None, mpe: Decimal | None) -> bool | None:
    """Whether the error is within the maximum permissible one, both limits included; None where it
    was not tried. Raises ValueError where one of the two is missing or the limit is negative."""
    if error is None and mpe is None:
        return None
    if error is None or mpe is None:
        raise ValueError("check.half")
    if mpe < 0:
        raise ValueError("check.negative_mpe")
    return abs(error) <= mpe
