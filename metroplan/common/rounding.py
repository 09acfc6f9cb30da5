"""Rounding for display after GB/T 8170: half to even. Nothing is compared after rounding."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

NOT_KNOWN = "—"
CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def round_half_even(value: Decimal, decimals: int) -> Decimal:
    """`value` to `decimals` places; a zero comes back without a sign."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=CONTEXT)
    return rounded if rounded else abs(rounded)


def display(value: Decimal | None, decimals: int) -> str:
    """`value` with exactly `decimals` places, or a dash where there is none."""
    return NOT_KNOWN if value is None else f"{round_half_even(value, decimals):f}"
