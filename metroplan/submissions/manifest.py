"""The signed slip in our templates: which form, unit and quarter a workbook was made for."""

from django.core import signing

from metroplan.submissions.types import Issue, SheetContext

# The very hidden sheet that carries the token in its first cell.
MANIFEST_SHEET = "metroplan"
SALT = "metroplan.submissions.manifest"
TEMPLATE_VERSION = 1


def sign_manifest(context: SheetContext) -> str:
    return signing.dumps(
        {
            "form": context.form.code,
            "organisation": context.organisation.code,
            "period": str(context.period),
            "version": TEMPLATE_VERSION,
        },
        salt=SALT,
    )


def manifest_issues(token: str | None, context: SheetContext) -> list[Issue]:
    """What speaks against the workbook. A file without a slip is a plain table and passes."""
    if token is None:
        return []
    try:
        slip = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return [Issue("file.manifest_forged")]
    expected = {
        "file.wrong_form": ("form", context.form.code),
        "file.other_unit": ("organisation", context.organisation.code),
        "file.wrong_period": ("period", str(context.period)),
        "file.outdated_template": ("version", TEMPLATE_VERSION),
    }
    return [
        Issue(code, params={"found": slip.get(name), "expected": wanted})
        for code, (name, wanted) in expected.items()
        if slip.get(name) != wanted
    ]
