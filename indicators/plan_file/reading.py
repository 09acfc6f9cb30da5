"""From the text of a file to a document, or every problem with its line."""

import hashlib

from indicators.plan_file.checks import Checks
from indicators.plan_file.document import (
    HeaderSpec,
    MeasureSpec,
    PlanDocument,
    build,
    header_spec,
    measure_spec,
)
from indicators.plan_file.problems import PlanFileError, Problem
from indicators.plan_file.schema import DOCUMENT, HEADERS, MEASURES, schema_problems
from indicators.plan_file.source import Source, read_source


def decode(content: bytes) -> str:
    """The text of an uploaded file; raises PlanFileError when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PlanFileError([Problem(line, (), "not_text")]) from error


def parse(text: str) -> PlanDocument:
    """One plan file. Raises PlanFileError with all problems of shape and agreement at once."""
    source = _checked(text, DOCUMENT)
    return build(source, hashlib.sha256(text.encode()).hexdigest())


def parse_measures(text: str) -> list[MeasureSpec]:
    """The file of shared measures."""
    return [measure_spec(item) for item in _checked(text, MEASURES).data["measures"]]


def parse_parent_plans(text: str) -> list[HeaderSpec]:
    """The file of plan headers, a parent before its children."""
    return [header_spec(item) for item in _checked(text, HEADERS).data["plans"]]


def _checked(text: str, schema: dict) -> Source:
    source = read_source(text)
    problems = schema_problems(source, schema)
    checks = Checks(source, [problem.path for problem in problems])
    problems += checks.problems() if schema is DOCUMENT else checks.shared_problems()
    if problems:
        raise PlanFileError(problems)
    return source
