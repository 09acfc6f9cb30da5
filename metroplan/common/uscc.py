"""The unified social credit code (统一社会信用代码, GB 32100): 18 characters, the last a check."""

import re

from django.utils.translation import gettext as _

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Without I, O, S, V and Z, which are taken for digits."""

LENGTH = 18
SHAPE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


def check_character(body: str) -> str:
    """The 18th character for the first 17. Raises ValueError for a character of no code."""
    total = sum(
        ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body[: LENGTH - 1])
    )
    return ALPHABET[-total % 31]


def uscc_problem(text: str) -> str | None:
    """What is wrong with a code, in the language that is active; None for a sound one."""
    if len(text) != LENGTH:
        return _("A credit code has {length} characters, this one has {found}.").format(
            length=LENGTH, found=len(text)
        )
    if strange := next((char for char in text if char not in ALPHABET), None):
        return _(
            "“{char}” does not occur in a credit code: it uses digits and capitals without I, O, "
            "S, V and Z."
        ).format(char=strange)
    if not SHAPE.fullmatch(text):
        return _("Characters 3 to 8 of a credit code are digits, the code of its division.")
    if check_character(text) != text[-1]:
        return _("The check character of this credit code does not fit: compare it digit by digit.")
    return None
