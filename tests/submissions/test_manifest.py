import pytest

from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation
from metroplan.submissions.manifest import manifest_issues, sign_manifest
from metroplan.submissions.models import ReportingForm, Upload
from metroplan.submissions.readers import read_file
from metroplan.submissions.types import SheetContext
from metroplan.submissions.wording import describe
from tests.files.make_files import KEY
from tests.submissions.corpus import content
from tests.submissions.quarter import opened, page, send
from tests.world import add_measure

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


def test_a_template_made_before_the_form_changed_is_told():
    token = sign_manifest(CONTEXT, ["units count 家", "rate ratio %"])
    assert manifest_issues(token, CONTEXT, ["rate ratio %", "units count 家"]) == []
    now = manifest_issues(token, CONTEXT, ["units count 家", "rate ratio %", "new count 项"])
    assert [issue.code for issue in now] == ["file.form_changed"]
    assert "{" not in describe(now[0])


def test_a_renamed_template_is_recognised_and_an_outdated_one_told(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    blank = b"".join(client.get(page("template", submission, format="xlsx")))
    add_measure(world, "added")
    send(client, submission, blank, name="随便.dat")
    codes = {issue.code for issue in Upload.objects.get().issues.all()}
    assert "file.form_changed" in codes
