"""Figures that may be right and look wrong: they are told as warnings and want an explanation.

`settings` and `checks` are pure; `gathering` reads what figures are held against, for many lines
with as many queries as for one; `issues` puts both together.
"""
