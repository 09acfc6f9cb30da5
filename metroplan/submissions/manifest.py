"""The signed slip in our templates: which form, unit and quarter a workbook was made for."""

import hashlib
from collections.abc import Iterable

from django.core import signing

from metroplan.submissions.types import Issue, JointContext, SheetContext

# The very hidden sheet that carries the token in its first cell.
MANIFEST_SHEET = "metroplan"
SALT = "metroplan.submissions.manifest"
TEMPLATE_VERSION = 1


def sign_manifest(context: SheetContext, lines: Iterable[str] = ()) -> str:
    """`lines` say what the form asks for; once they change, the template is outdated."""
    return signing.dumps(
        {
            "form": context.form.code,
            "organisation": context.organisation.code,
            "period": str(context.period),
            "version": TEMPLATE_VERSION,
            "lines": lines_digest(lines),
        },
        salt=SALT,
    )


def lines_digest(lines: Iterable[str]) -> str:
    """In any order: a line that only moved is the same line."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def manifest_issues(
    token: str | None, context: SheetContext, lines: Iterable[str] = ()
) -> list[Issue]:
    """What speaks against the workbook. A file without a slip is a plain table and passes."""
    if token is None:
        return []
    try:
        slip = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return [Issue("file.manifest_forged")]
    if "units" in slip:
        return [Issue("file.joint_template")]
    expected = {
        "file.wrong_form": ("form", context.form.code),
        "file.other_unit": ("organisation", context.organisation.code),
        "file.wrong_period": ("period", str(context.period)),
        "file.outdated_template": ("version", TEMPLATE_VERSION),
    }
    return _differences(slip, expected, lines)


def sign_joint_manifest(context: JointContext, lines: Iterable[str]) -> str:
    """The same for a workbook that several units share."""
    return signing.dumps(
        {
            "form": context.form.code,
            "period": str(context.period),
            "version": TEMPLATE_VERSION,
            "units": [unit.code for unit in context.units],
            "lines": lines_digest(lines),
        },
        salt=SALT,
        compress=True,
    )


def joint_manifest_issues(
    token: str | None, context: JointContext, lines: Iterable[str]
) -> list[Issue]:
    if token is None:
        return []
    try:
        slip = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return [Issue("file.manifest_forged")]
    if "units" not in slip:
        return [Issue("file.single_template", params={"found": slip.get("organisation")})]
    expected = {
        "file.wrong_form": ("form", context.form.code),
        "file.wrong_period": ("period", str(context.period)),
        "file.outdated_template": ("version", TEMPLATE_VERSION),
    }
    return _differences(slip, expected, lines)


def _differences(
    slip: dict, expected: dict[str, tuple[str, object]], lines: Iterable[str]
) -> list[Issue]:
    issues = [
        Issue(code, params={"found": slip.get(name), "expected": wanted})
        for code, (name, wanted) in expected.items()
        if slip.get(name) != wanted
    ]
    now = lines_digest(lines)
    if not issues and slip.get("lines", now) != now:
        issues.append(Issue("file.form_changed"))
    return issues
