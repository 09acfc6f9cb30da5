"""A warning wants an explanation that stays with the figure, whichever way the figure came."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from indicators.services.plausibility import ensure_default_rules
from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.organisations.services.tokens import create_token
from metroplan.submissions.models import Explanation, RowIssue, Upload
from metroplan.submissions.selectors.explanations import unexplained, warned_lines
from metroplan.submissions.services import review
from metroplan.submissions.services.cells import stage_cells
from metroplan.submissions.services.explanations import Said, explain
from metroplan.submissions.services.stage import stage_upload
from metroplan.submissions.types import CellsIn
from tests.submissions.quarter import FULL, filled, opened, page, submitted, text, uploaded
from tests.world import World, report

LOW = FULL | {"standards": "29"}
WHY = "两项标准已停用"


@pytest.fixture
def warned(world: World):
    """Form A whose 29 standards are fewer than the 30 of the quarter before."""
    ensure_default_rules()
    report(world, "standards", "A", "2022Q3", 30)
    submission = opened(world)
    uploaded(world, submission, filled(LOW))
    return submission


def say(world, submission, why=WHY, *, key="standards", code="figure.below_last", **more):
    given = {"actor": world.people["clerk"], "expected_version": submission.version} | more
    explain(submission=submission, said=[Said(key, code, why)], **given)


def test_a_file_the_grid_and_a_program_are_warned_about_alike(world, warned):
    first = [(issue.code, issue.key) for issue in RowIssue.objects.all()]
    assert first == [("figure.below_last", "standards")]
    for way in (Upload.Way.FORM, Upload.Way.API):
        lines = [CellsIn("standards", {"value": "28"}), CellsIn("units", {"value": "12"})]
        warned.refresh_from_db()
        upload = stage_cells(
            submission=warned,
            actor=world.people["clerk"],
            lines=lines if way == Upload.Way.FORM else [CellsIn("standards", {"value": "27"})],
            expected_version=warned.version,
            way=way,
        )
        [issue] = upload.issues.all()
        assert (issue.code, issue.key, issue.severity) == (
            "figure.below_last",
            "standards",
            "warning",
        )
        assert upload.status == Upload.Status.STAGED


def test_a_trial_over_the_api_tells_the_warnings(world, warned, client):
    _token, key = create_token(user=world.people["clerk"], name="push", scope="push", days=9)
    response = client.post(
        "/api/v1/uploads/?dry_run=true",
        {"submission": warned.pk, "file": SimpleUploadedFile("a.csv", filled(LOW))},
        headers={"authorization": f"Token {key}"},
    )
    assert response.status_code == 200
    assert [issue["code"] for issue in response.json()["issues"]] == ["figure.below_last"]


def test_a_form_with_an_unexplained_warning_is_not_submitted(world, warned):
    with pytest.raises(MetroplanError) as refused:
        submitted(world, warned)
    assert refused.value.code == "submission.unexplained"
    assert refused.value.status == 422
    assert list(refused.value.fields) == ["figure.below_last:standards"]
    assert world.measures["standards"].name in refused.value.message
    say(world, warned)
    assert submitted(world, warned).status == "submitted"
    assert AuditEvent.objects.filter(action="submission.explained").count() == 1


def test_the_same_figure_sent_again_keeps_its_explanation(world, warned):
    say(world, warned)
    uploaded(world, warned, filled(LOW | {"units": "13"}))
    assert unexplained(warned) == []
    uploaded(world, warned, filled(LOW | {"standards": "28"}))
    assert [line.figure for line in unexplained(warned)] == ["28"]
    uploaded(world, warned, filled(LOW | {"units": "14"}))
    assert unexplained(warned) == []


def test_another_explanation_takes_the_place_of_the_first(world, warned):
    say(world, warned)
    say(world, warned, "另一原因")
    assert [item.text for item in Explanation.objects.all()] == ["另一原因"]


def test_a_note_beside_the_figure_explains_it(world, warned):
    content = "代码,数值,分子,分母,备注\nstandards,29,,,两项标准已停用\n".encode()
    uploaded(world, warned, content)
    [line] = warned_lines(warned)
    assert line.by_note
    assert submitted(world, warned).status == "submitted"


def test_a_corrected_figure_needs_none(world, warned):
    uploaded(world, warned, filled(FULL))
    assert submitted(world, warned).status == "submitted"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"key": "units"}, "explanation.no_warning"),
        ({"code": "figure.unit_slip"}, "explanation.no_warning"),
        ({"why": "  "}, "explanation.no_text"),
        ({"why": "长" * 1001}, "explanation.too_long"),
        ({"expected_version": 0}, "submission.changed"),
    ],
)
def test_what_cannot_be_kept_is_refused(world, warned, given, code):
    with pytest.raises(MetroplanError) as refused:
        say(world, warned, **given)
    assert refused.value.code == code
    assert not Explanation.objects.exists()


def test_nothing_is_explained_once_the_form_is_under_review(world, warned):
    say(world, warned)
    submission = submitted(world, warned)
    with pytest.raises(MetroplanError) as refused:
        say(world, submission, "另一原因")
    assert refused.value.code == "submission.not_open"


def test_the_page_asks_for_explanations_and_keeps_them(world, warned, as_person):
    clerk = as_person("clerk")
    address = page("submission-explain", warned)
    shown = text(clerk.get(page("submission-detail", warned)))
    name = "explain:figure.below_last:standards"
    assert f'name="{name}"' in shown
    fields = {"expected_version": warned.version}
    assert clerk.post(address, fields).status_code == 422
    assert clerk.post(address, fields | {name: "长" * 1001}).status_code == 422
    assert clerk.post(address, fields | {name: WHY}).status_code == 302
    assert WHY in text(clerk.get(page("submission-detail", warned)))


def test_a_page_that_is_out_of_date_keeps_what_was_typed(world, warned, as_person):
    clerk = as_person("clerk")
    name = "explain:figure.below_last:standards"
    sent = {"expected_version": 0, name: WHY}
    response = clerk.post(page("submission-explain", warned), sent)
    assert response.status_code == 409
    assert WHY in text(response)


def test_the_reviewer_reads_it_beside_the_figure_and_where_it_comes_from(world, warned, as_person):
    say(world, warned)
    submission = submitted(world, warned)
    reviewer = as_person("city_reviewer")
    assert WHY in text(reviewer.get(page("submission-detail", submission)))
    row = submission.rows.get(key="standards", version=submission.version)
    assert WHY in text(reviewer.get(page("row-detail", row)))
    for person in ("city_reviewer", "reviewer"):
        submission = review.approve(
            submission=submission,
            actor=world.people[person],
            expected_version=submission.version,
        )
    observation = row.observations.get()
    trace = as_person("leader").get(f"/plans/observations/{observation.pk}/")
    assert WHY in text(trace)


def test_the_api_lists_warnings_and_takes_explanations(world, warned, client):
    _token, key = create_token(user=world.people["clerk"], name="push", scope="push", days=9)
    headers = {"authorization": f"Token {key}"}
    address = f"/api/v1/submissions/{warned.pk}/explanations/"
    [line] = client.get(address, headers=headers).json()
    assert (line["key"], line["figure"], line["explained"]) == ("standards", "29", False)
    tag = headers | {"if-match": f'"{warned.version}"'}
    item = {"key": "standards", "code": "figure.below_last", "text": WHY}

    def post(item, headers=tag):
        return client.post(address, {"explanations": [item]}, "application/json", headers=headers)

    assert post(item, headers).status_code == 428
    assert post(item | {"key": "units"}).json()["code"] == "explanation.no_warning"
    [line] = post(item).json()
    assert (line["explained"], line["text"]) == (True, WHY)
    response = client.post(f"/api/v1/submissions/{warned.pk}/submit/", headers=tag)
    assert response.status_code == 200


def test_the_api_refuses_to_submit_what_is_unexplained(world, warned, client):
    _token, key = create_token(user=world.people["clerk"], name="push", scope="push", days=9)
    response = client.post(
        f"/api/v1/submissions/{warned.pk}/submit/",
        headers={"authorization": f"Token {key}", "if-match": f'"{warned.version}"'},
    )
    assert response.status_code == 422
    assert response.json()["code"] == "submission.unexplained"


def test_warnings_of_a_refused_file_are_told_with_its_errors(world, warned):
    upload = stage_upload(
        submission=warned,
        actor=world.people["clerk"],
        filename="a.csv",
        content=filled(LOW | {"units": "-3"}),
        expected_version=warned.version,
    )
    codes = {issue.code for issue in upload.issues.all()}
    assert codes == {"figure.negative", "figure.below_last"}
    assert (upload.errors, upload.warnings) == (1, 1)


def test_what_is_wrong_with_the_newest_file_stands_before_older_warnings(world, warned, as_person):
    uploaded(world, warned, filled(FULL | {"units": "一百左右"}))
    shown = text(as_person("clerk").get(page("submission-detail", warned)))
    assert 0 < shown.index('id="issues"') < shown.index('id="warnings"')
