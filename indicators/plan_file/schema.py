"""The shape of a plan file as a JSON schema, and its faults as problems with lines."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
from django.utils.translation import gettext_lazy as _

from indicators.models import (
    Accumulation,
    Attribute,
    Basis,
    Comparator,
    Kind,
    Mode,
    RollUpRule,
    Window,
)
from indicators.plan_file.problems import Problem
from indicators.plan_file.source import Source
from metroplan.plans.models import MilestoneKind, PlanDuty, PlanStatus

CODE = r"^[a-z0-9]+(-[a-z0-9]+)*$"
UNIT_CODE = r"^[a-z0-9]+([-_][a-z0-9]+)*$"
MEASURE_CODE = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
QUARTER = r"^[0-9]{4}Q[1-4]$"
ORGANISATION = r"^[0-9]{6}(-Z[0-9]+)?$"
TASK_NUMBER = r"^[0-9]+(\.[0-9]+)*$"
SOURCE = r"^(reported|register:[a-z][a-z0-9_]*)$"
URL = r"^https?://\S+$"

EXAMPLES = {
    CODE: "net-content",
    UNIT_CODE: "market",
    MEASURE_CODE: "public_standards",
    QUARTER: "2020Q4",
    ORGANISATION: '"450000"',
    TASK_NUMBER: '"3.1"',
    SOURCE: "reported",
    URL: "https://www.gov.cn/",
}

KINDS = {
    "object": _("a section with keys"),
    "array": _("a list"),
    "string": _("text, in quotes where it looks like a number"),
    "integer": _("a whole number"),
    "number": _("a number without quotes"),
    "boolean": _("true or false"),
    "date": _("a date like 2020-12-31"),
    "null": _("null"),
}


def words(choices: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(choices.values)}


def coded(pattern: str, limit: int = 60) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern, "maxLength": limit}


def line_of(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


def both(zh: int, en: int) -> dict[str, Any]:
    """Text in both languages with the most characters the database keeps."""
    return section({"zh": line_of(zh), "en": line_of(en)})


def section(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def listing(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return schema | {"type": [schema["type"], "null"]}


YEAR = {"type": "integer", "minimum": 1990, "maximum": 2100}
FIGURE = {"type": "number", "figure": True}
NOTES = both(4000, 6000)
CATEGORY_CODE = coded(UNIT_CODE, 40)

PLAN_FIELDS = {
    "code": coded(CODE),
    "title": both(200, 300),
    "document_no": or_null(line_of(60)),
    "organisation": coded(ORGANISATION, 16),
    "issued_on": {"type": ["date", "null"]},
    "starts": coded(QUARTER),
    "ends": coded(QUARTER),
    "parent": or_null(coded(CODE)),
    "url": or_null(coded(URL, 200)),
    "status": words(PlanStatus),
}
PLAN = section(PLAN_FIELDS, {"notes": NOTES})

HEADER = section(
    PLAN_FIELDS
    | {
        "issuer": both(120, 160),
        "organisation": or_null(coded(ORGANISATION, 16)),
        "starts": or_null(coded(QUARTER)),
        "ends": or_null(coded(QUARTER)),
    }
)

MEASURE = section(
    {
        "code": coded(MEASURE_CODE, 120),
        "name": both(160, 240),
        "unit": both(20, 40),
        "kind": words(Kind),
        "accumulation": words(Accumulation),
        "roll_up": words(RollUpRule),
        "decimals": {"type": "integer", "minimum": 0, "maximum": 6},
    },
    {
        "mean_level": {"type": "string", "enum": ["province", "city", "county"]},
        "numerator": both(160, 240),
        "denominator": both(160, 240),
        "carry_forward": {"type": "integer", "minimum": 0, "maximum": 40},
        "source": coded(SOURCE, 80),
    },
)

TARGET = section(
    {"year": YEAR}, {"low": FIGURE, "high": FIGURE, "approximate": {"type": "boolean"}}
)

INDICATOR = section(
    {
        "code": coded(CODE, 80),
        "name": both(160, 240),
        "clause": line_of(160),
        "category": CATEGORY_CODE,
        "comparator": words(Comparator),
        "targets": listing(TARGET, 1),
    },
    {
        "measure": coded(MEASURE_CODE, 120),
        "attribute": words(Attribute),
        "basis": words(Basis),
        "mode": words(Mode),
        "window": words(Window),
        "reported_by": listing(
            {"type": "string", "enum": ["province", "city", "county", "owner"]}, 1
        )
        | {"uniqueItems": True},
        "baseline": section({"year": YEAR}, {"value": FIGURE}),
        "group": coded(CODE),
        "notes": NOTES,
    },
)

BOX = section(
    {
        "number": {"type": "integer", "minimum": 1, "maximum": 999},
        "title": both(120, 200),
        "rows": listing(section({"label": both(200, 300)}, {"text": both(4000, 6000)}), 1),
    }
)

TASK = section(
    {
        "number": coded(TASK_NUMBER, 10),
        "title": both(200, 300),
        "clause": line_of(80),
        "lead": coded(UNIT_CODE),
    },
    {
        "supporting": listing(coded(UNIT_CODE)) | {"uniqueItems": True},
        "due": coded(QUARTER),
        "indicators": listing(coded(CODE, 80)) | {"uniqueItems": True},
        "notes": NOTES,
    },
)

DUTY = section(
    {
        "code": coded(CODE),
        "clause": line_of(80),
        "from": coded(UNIT_CODE),
        "to": or_null(coded(UNIT_CODE)),
        "subject": both(300, 400),
        "due": both(120, 160),
        "recurrence": words(PlanDuty.Recurrence),
    },
    {"year": or_null(YEAR)},
)

DOCUMENT = section(
    {
        "plan": PLAN,
        "milestones": listing(section({"year": YEAR, "kind": words(MilestoneKind)}), 1),
        "categories": listing(section({"code": CATEGORY_CODE, "name": both(80, 120)}), 1),
        "indicators": listing(INDICATOR, 1),
    },
    {
        "units": listing(
            section(
                {"code": coded(UNIT_CODE), "name": both(120, 200)},
                {"organisation": coded(ORGANISATION, 16)},
            )
        ),
        "boxes": listing(BOX),
        "measures": listing(MEASURE),
        "tasks": listing(TASK),
        "duties": listing(DUTY),
    },
)

MEASURES = section({"measures": listing(MEASURE, 1)})
HEADERS = section({"plans": listing(HEADER, 1)})


def _is_number(checker: Any, value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _figure(validator: Any, wanted: bool, value: Any, schema: Any) -> Iterator[Any]:
    """The columns hold 18 digits before the point and 6 after it."""
    if not _is_number(None, value):
        return
    number = Decimal(value)
    if number.as_tuple().exponent < -6 or abs(number) >= 10**18:
        yield jsonschema.ValidationError("figure")


Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    validators={"figure": _figure},
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "number": _is_number,
            "integer": lambda _checker, value: type(value) is int,
            "date": lambda _checker, value: type(value) is date,
        }
    ),
)


def schema_problems(source: Source, schema: dict[str, Any]) -> list[Problem]:
    """Every fault of shape in the file."""
    return [
        problem
        for error in Validator(schema).iter_errors(source.data)
        for problem in _translated(error, source)
    ]


def _translated(error: jsonschema.ValidationError, source: Source) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    value, limit = error.instance, error.validator_value
    match error.validator:
        case "required":
            missing = re.match(r"'(.*)' is a required property$", error.message)[1]
            yield source.problem(path, "missing", key=missing)
        case "additionalProperties":
            for key in value.keys() - error.schema["properties"].keys():
                yield source.problem((*path, key), "unexpected", key=key)
        case "type":
            yield _wrong_type(source, path, value, limit)
        case "enum":
            if isinstance(value, str):
                yield source.problem(path, "enum", value=value, allowed=", ".join(limit))
        case "pattern":
            yield source.problem(path, "pattern", value=value, example=EXAMPLES[limit])
        case "minLength" | "minItems":
            yield source.problem(path, "empty")
        case "maxLength":
            yield source.problem(path, "too_long", limit=limit)
        case "minimum" | "maximum":
            low, high = error.schema["minimum"], error.schema["maximum"]
            yield source.problem(path, "out_of_range", value=value, low=low, high=high)
        case "figure":
            yield source.problem(path, "decimals", value=value)
        case "uniqueItems":
            twice = next(item for n, item in enumerate(value) if item in value[:n])
            yield source.problem(path, "repeated_item", value=twice)
        case _:
            raise NotImplementedError(error.validator)


def _wrong_type(source: Source, path: tuple, value: Any, expected: str | list[str]) -> Problem:
    if value is None:
        return source.problem(path, "empty")
    kinds = [expected] if isinstance(expected, str) else expected
    shown = value if isinstance(value, str | int | Decimal | date) else type(value).__name__
    return source.problem(path, "type", value=shown, expected=Names(kinds))


class Names:
    """The names of kinds of values, worded when shown."""

    def __init__(self, kinds: list[str]) -> None:
        self.kinds = kinds

    def __str__(self) -> str:
        return " / ".join(str(KINDS[kind]) for kind in self.kinds)
