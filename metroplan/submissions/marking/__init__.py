"""The sender's own workbook with its faulty cells marked."""
