import pytest

from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation
from metroplan.submissions.manifest import manifest_issues, sign_manifest
from metroplan.submissions.models import ReportingForm
from metroplan.submissions.readers import read_file
from metroplan.submissions.types import SheetContext
from metroplan.submissions.wording import describe
from tests.files.make_files import KEY
from tests.submissions.corpus import content

CONTEXT = SheetContext(
    form=ReportingForm(code="test-form"),
    organisation=Organisation(code="900300"),
    period=Period.parse("2024Q3"),
)


@pytest.fixture(autouse=True)
def key_of_the_files(settings):
    settings.SECRET_KEY_FALLBACKS = [KEY]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("other_unit.xlsx", "file.other_unit"),
        ("wrong_quarter.xlsx", "file.wrong_period"),
        ("wrong_form.xlsx", "file.wrong_form"),
        ("outdated_template.xlsx", "file.outdated_template"),
        ("forged_manifest.xlsx", "file.manifest_forged"),
    ],
)
def test_a_template_made_for_something_else_is_told(name, code):
    issues = manifest_issues(read_file(content(name), name).manifest, CONTEXT)
    assert [issue.code for issue in issues] == [code]
    assert "{" not in describe(issues[0])


@pytest.mark.parametrize("name", ["good_template.xlsx", "good.xlsx", "utf8.csv"])
def test_the_right_template_and_plain_tables_pass(name):
    assert manifest_issues(read_file(content(name), name).manifest, CONTEXT) == []


def test_a_slip_signed_here_is_believed():
    assert manifest_issues(sign_manifest(CONTEXT), CONTEXT) == []
