"""The browser form: what it shows, what it takes over, and that it works without a script."""

import json

import pytest

from metroplan.submissions.models import Draft, Upload
from tests.counting import assert_queries
from tests.submissions.entry import BLANK, draft, form_of, json_post, page_of, typed
from tests.submissions.quarter import QUARTER, filled, opened, page, submitted, text, uploaded
from tests.world import add_measure, report


def test_each_line_shows_its_cells_beside_the_quarters_before(world, as_person):
    report(world, "units", "A", "2021Q4", "1200")
    report(world, "units", "A", "2022Q3", "1500")
    report(world, "rate", "A", "2022Q3", ("9", "10"))
    grid = as_person("clerk").get(page("submission-entry", opened(world))).context["grid"]
    units, _standards, rate = grid.lines
    assert units.last_year == "1,200"
    assert [past.text for past in units.past] == ["", "", "", "", "1,200", "", "", "1,500"]
    assert units.spark and not rate.spark
    assert [cell.part for cell in units.cells if cell.asked] == ["value", "note"]
    assert [cell.part for cell in rate.cells if cell.asked] == ["numerator", "denominator", "note"]
    assert rate.past[-1].text == "90.0% (9/10)"


def test_what_is_typed_becomes_a_version_without_a_script(world, as_person):
    submission, client = opened(world), as_person("clerk")
    sent = form_of(submission, units="1,2００", rate=("9", "10"), note="同比增长")
    response = client.post(page("submission-entry", submission), sent)
    assert response.url == page("submission-detail", submission)
    submission.refresh_from_db()
    rows = {row.key: row for row in submission.rows.filter(version=1)}
    assert (submission.version, set(rows)) == (1, {"units", "rate"})
    assert (rows["units"].value, rows["units"].note) == (1200, "同比增长")
    assert rows["rate"].raw == {"numerator": "9", "denominator": "10"}
    upload = Upload.objects.get()
    assert (upload.way, upload.file.name) == ("form", f"test-plan-county-{QUARTER}.json")
    kept = json.loads(upload.file.content.read())
    assert kept["lines"][0] == {"key": "units", "value": "1,2００", "note": "同比增长"}


def test_all_errors_stand_at_their_cells_and_what_was_typed_stays(world, as_person):
    submission, client = opened(world), as_person("clerk")
    sent = form_of(submission, units="many", standards="1.5", rate=("11", "10"))
    response = client.post(page("submission-entry", submission), sent)
    assert response.status_code == 422
    lines = response.context["grid"].lines
    assert [[(said.part, said.code) for said in line.issues] for line in lines] == [
        [("value", "figure.not_a_number")],
        [("value", "figure.not_whole")],
        [("numerator", "figure.part_over_whole")],
    ]
    assert all(line.issues[0].sentence for line in lines)
    assert text(response).count("is-invalid") == 3
    assert 'value="many"' in text(response)
    assert not Upload.objects.exists()


def test_nothing_typed_is_said_so(world, as_person):
    submission = opened(world)
    response = as_person("clerk").post(page("submission-entry", submission), form_of(submission))
    said = [issue.code for issue in response.context["grid"].general]
    assert (response.status_code, said) == (422, ["file.nothing_in_it"])


def test_the_form_begins_with_the_present_version(world, as_person):
    submission = opened(world)
    uploaded(world, submission, filled({"units": "1.2万", "rate": ("9", "10")}))
    grid = as_person("clerk").get(page("submission-entry", submission)).context["grid"]
    assert typed(grid) == BLANK | {"value.units": "1.2万"} | {
        "numerator.rate": "9",
        "denominator.rate": "10",
    }


def test_a_line_that_was_not_touched_still_leads_to_its_cell_in_the_file(world, as_person):
    submission, client = opened(world), as_person("clerk")
    first = uploaded(world, submission, filled({"units": "12", "standards": "30"}))
    sent = page_of(client, submission) | {"value.standards": "31"}
    assert client.post(page("submission-entry", submission), sent).status_code == 302
    units, standards = submission.rows.filter(version=2).order_by("key").reverse()
    assert (units.upload, units.cells) == (first, {"value": "B2"})
    assert (standards.upload.way, standards.cells) == ("form", {"value": ""})
    both = client.get(page("row-detail", units)), client.get(page("row-detail", standards))
    assert [bool(response.context["detail"].window) for response in both] == [True, False]


def test_a_typed_figure_leads_to_its_field_and_who_typed_it(world, as_person):
    submission, client = opened(world), as_person("clerk")
    sent = form_of(submission, rate=("9", "10"))
    client.post(page("submission-entry", submission), sent)
    row = submission.rows.get()
    shown = client.get(page("row-detail", row))
    detail = shown.context["detail"]
    assert [(cell.part, cell.written, cell.clean) for cell in detail.cells] == [
        ("合格数", "9", "9"),
        ("总数", "10", "10"),
    ]
    assert all(cell.reference for cell in detail.cells)
    assert world.people["clerk"].get_full_name() in text(shown)
    assert client.get(page("upload-download", row.upload)).status_code == 200
    preview = client.get(page("submission-detail", submission))
    assert all(line.cells for line in preview.context["detail"].lines if line.source)


def test_another_version_meanwhile_is_not_overwritten(world, as_person):
    submission, client = opened(world), as_person("clerk")
    sent = form_of(submission, units="99")
    uploaded(world, submission, filled({"units": "12"}))
    response = client.post(page("submission-entry", submission), sent)
    grid = response.context["grid"]
    assert (response.status_code, response.context["problem"].code) == (409, "draft.changed")
    assert [cell.other for cell in grid.lines[0].cells] == ["12", None, None, None]
    assert typed(grid)["value.units"] == "99"
    again = {"expected_version": 1, "base": grid.base, "revision": grid.revision}
    assert client.post(page("submission-entry", submission), sent | again).status_code == 302
    assert submission.rows.get(version=2).value == 99


def test_the_same_figures_again_are_recognised(world, as_person):
    submission, client = opened(world), as_person("clerk")
    client.post(page("submission-entry", submission), form_of(submission, units="5"))
    again = page_of(client, submission)
    assert client.post(page("submission-entry", submission), again).status_code == 302
    submission.refresh_from_db()
    assert (submission.version, Upload.objects.count()) == (1, 1)


def test_a_form_under_review_leads_back_to_its_page(world, as_person):
    submission = submitted(world, opened(world))
    response = as_person("clerk").get(page("submission-entry", submission))
    assert (response.status_code, response.url) == (302, page("submission-detail", submission))


def test_the_check_answers_with_every_issue_and_with_how_figures_are_read(world, as_person):
    submission, client = opened(world), as_person("clerk")
    lines = {"units": {"value": "1.2万"}, "standards": {"value": "x"}, "rate": {"numerator": "9"}}
    body = json_post(client, "submission-check", submission, draft(lines)).json()
    assert {(said["key"], said["part"], said["code"]) for said in body["issues"]} == {
        ("standards", "value", "figure.not_a_number"),
        ("rate", "denominator", "figure.denominator_missing"),
    }
    assert body["understood"] == {"units": "12,000"}
    assert not Upload.objects.exists() and not Draft.objects.exists()


@pytest.mark.parametrize(
    "body",
    ["", "[]", '{"lines": []}', '{"lines": {"units": 1}}', '{"lines": {"units": {"value": 1}}}'],
)
@pytest.mark.parametrize("name", ["submission-check", "submission-draft"])
def test_what_is_no_form_is_refused_in_json(world, as_person, name, body):
    submission, client = opened(world), as_person("clerk")
    response = client.post(page(name, submission), body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "request.invalid")


@pytest.mark.parametrize("number", [2, 20])
def test_the_form_asks_as_often_for_many_lines(world, as_person, number, django_assert_num_queries):
    for index in range(number):
        add_measure(world, f"more{index}")
        report(world, f"more{index}", "A", "2022Q3", index + 1)
    submission, client = opened(world), as_person("clerk")
    uploaded(world, submission, filled({f"more{index}": str(index) for index in range(number)}))
    client.get(page("submission-entry", submission))
    with assert_queries("submissions:submission-entry", django_assert_num_queries):
        client.get(page("submission-entry", submission))
