"""The workbook that goes back to its sender, with everything that is wrong marked in it."""

import json
import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from metroplan.common.problems import MetroplanError
from metroplan.common.text import safe_text
from metroplan.submissions import marking
from metroplan.submissions.marking.names import ISSUE_SHEET, MARKS_SHEET
from metroplan.submissions.marking.rebuilding import rebuild, sheet_names
from metroplan.submissions.models import Upload
from metroplan.submissions.readers import ZIP, read_file
from metroplan.submissions.readers.packages import Package
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.detail import IssueLine, issue_lines
from metroplan.submissions.types import Document, FileProblem

CHILD = Path(marking.__file__).with_name("child.py")
CHILD_MEMORY = 400 * 1024 * 1024
CHILD_SECONDS = 10
# openpyxl needs about fifty times the unpacked size; what is larger is built anew at once.
MAX_UNPACKED = 8 * 1024 * 1024
MAX_MARKS = 2_000
WIDTHS = (18, 9, 34, 10, 80, 30)


def marked_workbook(upload: Upload) -> bytes:
    """As .xlsx: an Excel workbook keeps its sheets, any other file is built from what was read."""
    with upload.file.content.open("rb") as stored:
        content = stored.read()
    form = upload.submission.form
    lines = issue_lines(upload, registry.get(form.kind).lines(form), limit=MAX_MARKS)
    plan = _plan(lines, left=upload.errors + upload.warnings - len(lines))
    kept = _mark(content, plan) if _is_light_package(content) else None
    return kept or _mark_rebuilt(content, upload.file.name, plan)


def _is_light_package(content: bytes) -> bool:
    """Whether openpyxl may be given this file at all: checked as every upload is, and small."""
    if not content.startswith(ZIP):
        return False
    try:
        package = Package(content)
    except FileProblem:
        return False
    return "xl/workbook.xml" in package.names and package.unpacked <= MAX_UNPACKED


def _mark_rebuilt(content: bytes, filename: str, plan: dict) -> bytes:
    try:
        document = read_file(content, filename)
    except FileProblem:
        document = Document("", [])
    names = sheet_names(document.rows, unnamed=pgettext("name of a sheet", "Figures"))
    keep = {(sheet, row) for sheet, row, *_rest in plan["issues"]}
    built = rebuild(document.rows, manifest=document.manifest, names=names, keep=keep)
    issues = [[names.get(sheet, sheet), *rest] for sheet, *rest in plan["issues"]]
    marked = _mark(built, plan | {"issues": issues})
    if marked is None:
        raise MetroplanError(
            "upload.not_markable",
            _("The workbook is too large to be marked: download the list of issues as CSV."),
            status=422,
        )
    return marked


def _mark(content: bytes, plan: dict) -> bytes | None:
    command = [sys.executable, "-I", str(CHILD), str(CHILD_MEMORY), str(CHILD_SECONDS)]
    given = json.dumps(plan).encode() + b"\n" + content
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def _plan(lines: list[IssueLine], *, left: int) -> dict:
    more = ngettext(
        "{n} more issue is in the list as CSV.", "{n} more issues are in the list as CSV.", left
    )
    return {
        "sheet": ISSUE_SHEET,
        "marks_sheet": MARKS_SHEET,
        "headings": [
            _("Sheet"), _("Cell"), _("Measure"), _("Severity"), _("What is wrong and what to do"),
            _("Code"),
        ],
        "widths": WIDTHS,
        "issues": [_issue(line) for line in lines],
        "more": more.format(n=left) if left > 0 else "",
    }  # fmt: skip


def _issue(line: IssueLine) -> list:
    issue = line.issue
    severity = str(issue.get_severity_display())
    place = line.cell or (str(issue.row) if issue.row else _("Whole file"))
    texts = [issue.sheet, place, line.measure, severity, line.sentence, issue.code]
    shown = [safe_text(text) for text in texts]
    return [issue.sheet, issue.row, line.cell, shown, issue.severity, line.sentence]
