"""Rounding for display after GB/T 8170: half to even. Nothing is compared after rounding."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from metroplan.common.text import plain_number

NOT_KNOWN = "—"
CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def round_half_even(value: Decimal, decimals: int) -> Decimal:
    """`value` to `decimals` places; a zero comes back without a sign."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=CONTEXT)
    return rounded if rounded else abs(rounded)


def display(value: Decimal | None, decimals: int) -> str:
    """`value` with exactly `decimals` places, or a dash where there is none."""
    return NOT_KNOWN if value is None else f"{round_half_even(value, decimals):f}"


def figure_text(value: Decimal | None, decimals: int) -> str:
    """As every page and sentence shows a figure: `1,234.5`, or a dash where there is none."""
    return NOT_KNOWN if value is None else grouped(display(value, decimals))


def exact_text(value: Decimal) -> str:
    """With all the decimals it has and no more: `1,234.5`."""
    return grouped(plain_number(value))


def grouped(text: str) -> str:
    """Thousands separators in the whole part of a plain decimal text."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"
