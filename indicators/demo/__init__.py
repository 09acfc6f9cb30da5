"""Demonstration data: plausible figures, targets and accounts, the same on every machine.

Nothing here is real. Everything follows from the codes of units and measures through a hash, so
that two loads agree to the last digit.
"""
