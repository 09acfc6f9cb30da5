"""The widths of stored numbers: figures as reported and asked for, and results worked out."""

FIGURE = {"max_digits": 24, "decimal_places": 6}
RESULT = {"max_digits": 32, "decimal_places": 12, "null": True}
