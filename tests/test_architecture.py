"""Imports point down one list, wherever they stand; files stay short enough to read."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = [
    *("common", "audit", "organisations", "plans", "submissions", "indicators", "standards"),
    *("supervision", "publications", "dashboards", "root"),
]
KINDS = [
    {"rules", "querysets"}, {"models"}, {"selectors"}, {"services"}, {"sheets", "tasks"}, {"forms"},
    {"views", "views_session", "api", "management", "urls", "apps", "demo"},
]  # fmt: skip
TOPS = ("metroplan", "indicators", "standards", "supervision")
SOURCES = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]
HAND_WRITTEN = [path for path in SOURCES if "migrations" not in path.parts]
MAX_LINES, MAX_TEMPLATE_LINES, MAX_FUNCTION_LINES = 400, 150, 60


def app_of(module: str) -> str:
    top, _, rest = module.partition(".")
    if top != "metroplan":
        return top
    part = rest.split(".")[0]
    return part if part in APPS else "root"


def kind_of(module: str) -> int | None:
    """How high a module stands inside its app; None for one that the order does not name."""
    inside = module.removeprefix("metroplan.").split(".")[1:2]
    return next((rank for rank, names in enumerate(KINDS) if names & {*inside}), None)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, in functions too; "." for a relative import."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, "."
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def climbs(module: str, target: str) -> bool:
    here, there = app_of(module), app_of(target)
    if here != there:
        return APPS.index(there) > APPS.index(here)
    low, high = kind_of(module), kind_of(target)
    return here != "root" and None not in (low, high) and high > low


def test_imports_point_down_the_list_and_down_each_app():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in HAND_WRITTEN
        for line, name in imported(path)
        if name == "." or (name.split(".")[0] in TOPS and climbs(module_of(path), name))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("metroplan.plans.models", "indicators.models.Measure"),
        ("indicators.tasks", "metroplan.settings"),
        ("metroplan.common.text", "metroplan.audit.record"),
        ("indicators.selectors.trace", "indicators.services.recompute"),
    ],
)
def test_the_guard_sees_an_import_that_climbs(module, target):
    assert climbs(module, target)
    assert not climbs(target, module)


def test_rules_know_neither_database_nor_clock():
    pure = [path for path in HAND_WRITTEN if {"rules", "rules.py"} & {*path.parts}]
    assert pure
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in pure
        for line, name in imported(path)
        if name.startswith(("django.db", "django.utils.timezone", "time", "datetime.datetime"))
        or ".models" in name
    ]
    assert not wrong, "\n".join(wrong)


def test_files_stay_within_their_length():
    limits = [(path, MAX_LINES) for path in [*HAND_WRITTEN, *(ROOT / "tests").rglob("*.py")]]
    limits += [(path, MAX_TEMPLATE_LINES) for path in (ROOT / "templates").rglob("*.html")]
    long = [str(path.relative_to(ROOT)) for path, limit in limits if lines(path) > limit]
    assert not long, "\n".join(long)


def test_functions_stay_within_their_length():
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in HAND_WRITTEN
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert not wrong, "\n".join(wrong)


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
