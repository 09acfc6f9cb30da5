"""Demonstration registers: institutes, standards and a ledger that fit the demonstration figures.

Nothing here is real, and nobody is named. Everything follows from the codes of units through a
hash, so that two loads agree; how many standards a unit has follows the figures it reported.
"""
