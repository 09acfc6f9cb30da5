"""The awkward files of tests/files, read as the form they were made for."""

from pathlib import Path

from indicators.cleaning import clean_rows
from indicators.figures import MeasureSpec
from metroplan.submissions.readers import read_file
from metroplan.submissions.types import CleanResult, FileProblem

FILES = Path(__file__).parent.parent / "files"
SPECS = (
    MeasureSpec(
        "standards", ("社会公用计量标准数", "Public standards"), ("项", "items"), "count", 0
    ),
    MeasureSpec("investment", ("计量投入", "Investment"), ("万元", "10,000 yuan"), "count", 2),
    MeasureSpec("pass_rate", ("抽检合格率", "Pass rate"), ("%", "%"), "ratio", 1),
    MeasureSpec("platform", ("公共服务平台建成", "Platform in place"), ("", ""), "yes_no", 0),
)


def content(name: str) -> bytes:
    return (FILES / name).read_bytes()


def clean(name: str) -> CleanResult:
    """As the pipeline does it, without the checks that need a unit and a quarter."""
    try:
        return clean_rows(read_file(content(name), name).rows, SPECS)
    except FileProblem as problem:
        return CleanResult(issues=[problem.issue])


def issues(name: str) -> list[str]:
    """Every issue as `code@D7`, `code@7` for a row, `code` for the file."""
    return [
        issue.code + (f"@{issue.column}{issue.row}" if issue.row else "")
        for issue in clean(name).issues
    ]


def figures(name: str) -> dict[str, str]:
    """Every clean line by its key: its number, `n/d`, or its state where there is none."""
    return {row.key: _figure(row) for row in clean(name).rows}


def _figure(row) -> str:
    if row.denominator is not None:
        return f"{row.numerator.normalize():f}/{row.denominator.normalize():f}"
    return row.state if row.value is None else f"{row.value.normalize():f}"
