"""The sheets that marking adds; they are never read as anybody's figures."""

# In both languages, so that whoever opens the workbook and whoever sends it back agree.
ISSUE_SHEET = "问题 Issues"
# Very hidden: how the marked cells looked before.
MARKS_SHEET = "metroplan-marks"
ADDED = {ISSUE_SHEET, MARKS_SHEET}
