import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from metroplan.audit.models import AuditEvent
from metroplan.organisations.models import Role
from metroplan.organisations.policy import can
from metroplan.submissions.models import StagedRow, Submission, Upload
from tests.files.make_files import saved
from tests.submissions.quarter import (
    QUARTER,
    more_counties,
    opened,
    page,
    submitted,
    text,
    uploaded,
)
from tests.submissions.test_pages import returned
from tests.world import add_person

ADDRESS = {"form": "test-plan-county", "period": QUARTER}


@pytest.fixture
def city(world, client):
    """The reporter of city C1 at the browser, before the forms of counties A and B."""
    opened(world)
    client.force_login(add_person(world, "city_clerk", "C1", Role.REPORTER))
    return client


def template(client) -> bytes:
    return b"".join(client.get(reverse("submissions:joint-template", query=ADDRESS)))


def workbook(client, **figures):
    """Filled in by unit name and measure: `A_units=12`, a pair for a ratio."""
    book = load_workbook(io.BytesIO(template(client)))
    sheet = book.worksheets[0]
    names = {f"{name}区": name for name in ("A", "B")}
    for row in sheet.iter_rows():
        figure = figures.get(f"{names.get(row[1].value)}_{row[2].value}")
        if isinstance(figure, tuple):
            row[6].value, row[7].value = figure
        elif figure is not None:
            row[5].value = figure
    return book


FULL = {f"{unit}_{key}": figure for unit in "AB" for key, figure in
        {"units": 12, "standards": 30, "rate": (9, 10)}.items()}  # fmt: skip


def offer(client, content: bytes, **more):
    versions = client.get(reverse("submissions:joint-form", query=ADDRESS)).context["page"].versions
    sent = ADDRESS | {"versions": versions, "file": SimpleUploadedFile("汇总.xlsx", content)}
    return client.post(reverse("submissions:joint-upload"), sent | more)


def forms() -> dict[str, Submission]:
    return {form.organisation.name_zh[0]: form for form in Submission.objects.all()}


def test_the_workbook_has_a_line_for_every_unit_below_and_measure(world, city):
    sheet = load_workbook(io.BytesIO(template(city))).worksheets[0]
    lines = {(row[1].value, row[2].value) for row in sheet.iter_rows() if row[2].value}
    assert lines >= {(f"{unit}区", key) for unit in "AB" for key in ("units", "standards", "rate")}
    assert not any(unit == "D区" for unit, _key in lines)
    assert sheet.auto_filter.ref and sheet.freeze_panes


def test_one_file_fills_in_every_unit(world, city):
    response = offer(city, saved(workbook(city, **FULL)))
    assert response.status_code == 302
    found = forms()
    assert {name: found[name].version for name in "ABD"} == {"A": 1, "B": 1, "D": 0}
    assert StagedRow.objects.filter(submission=found["B"]).count() == 3
    upload = Upload.objects.get(submission=found["A"])
    assert upload.rows.get(key="units").cells.keys() == {"value"}


def test_who_filled_in_for_whom_is_on_record(world, city):
    offer(city, saved(workbook(city, **FULL)))
    events = AuditEvent.objects.filter(action="submission.filled_for")
    assert {event.actor for event in events} == {"city_clerk"}
    assert {event.organisation_path for event in events} == {
        world.units["A"].path,
        world.units["B"].path,
    }


def test_a_unit_with_an_error_is_left_out_whole_and_the_others_are_taken(world, city):
    content = saved(workbook(city, **FULL | {"A_units": "一打", "A_rate": (11, 10)}))
    response = city.get(offer(city, content).url)
    found = forms()
    assert (found["A"].version, found["B"].version) == (0, 1)
    wrong = response.context["page"].wrong
    assert {(row.submission.organisation.name_zh, line.issue.code) for row, line in wrong} == {
        ("A区", "figure.not_a_number"),
        ("A区", "figure.part_over_whole"),
    }
    assert all(line.cell in text(response) for _row, line in wrong)


def test_the_trace_leads_to_the_cell_of_the_units_own_file(world, city):
    book = workbook(city, **FULL)
    sheet = book.worksheets[0]
    place = next(
        row[5].coordinate
        for row in sheet.iter_rows()
        if (row[1].value, row[2].value) == ("B区", "units")
    )
    offer(city, saved(book))
    row = StagedRow.objects.get(submission=forms()["B"], key="units")
    assert row.cells == {"value": place}
    shown = city.get(reverse("submissions:row-detail", args=[row.pk]))
    assert shown.context["detail"].window is not None


def test_no_unit_sees_anothers_figures(world, city, as_person):
    offer(city, saved(workbook(city, **FULL | {"B_units": 777})))
    upload = Upload.objects.get(submission=forms()["A"])
    content = b"".join(as_person("clerk").get(page("upload-download", upload)))
    book = load_workbook(io.BytesIO(content))
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.value == 777]


def test_the_same_file_again_changes_nothing(world, city):
    content = saved(workbook(city, **FULL))
    offer(city, content)
    offer(city, content)
    assert {form.version for name, form in forms().items() if name in "AB"} == {1}
    assert AuditEvent.objects.filter(action="submission.filled_for").count() == 2


def test_a_unit_that_moved_on_meanwhile_is_left_alone_and_named(world, city):
    versions = city.get(reverse("submissions:joint-form", query=ADDRESS)).context["page"].versions
    content = saved(workbook(city, **FULL))
    uploaded(world, forms()["A"])
    response = offer(city, content, versions=versions)
    found = forms()
    assert (found["A"].version, found["B"].version) == (1, 1)
    assert found["A"].uploads.count() == 1
    assert "A区" in text(city.get(response.url))


def test_a_unit_left_blank_is_left_out(world, city):
    offer(city, saved(workbook(city, A_units=12)))
    assert {name: form.uploads.count() for name, form in forms().items()} == {
        "A": 1,
        "B": 0,
        "D": 0,
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("单位代码,代码,数值\n999999,units,3\n", "file.unit_not_asked"),
        ("单位代码,代码,数值\n,units,3\n", "file.unit_not_asked"),
        ("代码,数值\nunits,3\n", "file.units_not_named"),
        ("单位代码,代码,数值\n", "file.nothing_in_it"),
        ("\x01", "file.not_a_workbook"),
    ],
)
def test_a_file_that_cannot_be_told_apart_takes_nothing(world, city, content, code):
    response = offer(city, content.encode())
    assert response.status_code == 422
    assert [issue.code for issue, _sentence in response.context["file_issues"]] == [code]
    assert not Upload.objects.exists()


def test_a_plain_table_with_unit_codes_is_taken(world, city):
    code = world.units["A"].code
    offer(city, f"单位代码,代码,数值,分子,分母\n{code},units,12,,\n{code},rate,,9,10\n".encode())
    assert forms()["A"].version == 1


def test_a_template_of_one_unit_is_told_from_that_of_many(world, city, as_person):
    single = b"".join(as_person("clerk").get(page("template", forms()["A"], format="xlsx")))
    upload = uploaded(world, forms()["A"], template(login(city, world)))
    assert [issue.code for issue in upload.issues.all()] == ["file.joint_template"]
    response = offer(city, single)
    codes = [issue.code for issue, _sentence in response.context["file_issues"]]
    assert codes == ["file.single_template"]


def login(client, world):
    client.force_login(world.people["city_clerk"])
    return client


def test_all_that_was_accepted_is_handed_in_at_once(world, city):
    offer(city, saved(workbook(city, **FULL)))
    versions = city.get(reverse("submissions:joint-form", query=ADDRESS)).context["page"].versions
    city.post(reverse("submissions:joint-submit"), ADDRESS | {"versions": versions})
    assert {name: form.status for name, form in forms().items()} == {
        "A": "submitted",
        "B": "submitted",
        "D": "open",
    }


def test_a_returned_form_is_handed_in_again_only_once_it_was_changed(world, city):
    offer(city, saved(workbook(city, **FULL)))
    address, submit = (reverse(f"submissions:joint-{name}") for name in ("form", "submit"))
    seen = city.get(address, ADDRESS).context["page"]
    assert seen.ready == 2
    city.post(submit, ADDRESS | {"versions": seen.versions})
    returned(world, forms()["A"])
    seen = city.get(address, ADDRESS).context["page"]
    assert seen.ready == 0
    city.post(submit, ADDRESS | {"versions": seen.versions})
    assert forms()["A"].status == "returned"
    offer(city, saved(workbook(city, A_units=13, A_standards=30, A_rate=(9, 10))))
    assert city.get(address, ADDRESS).context["page"].ready == 1


def test_nobody_reviews_what_they_handed_in(world, city):
    offer(city, saved(workbook(city, **FULL)))
    versions = city.get(reverse("submissions:joint-form", query=ADDRESS)).context["page"].versions
    city.post(reverse("submissions:joint-submit"), ADDRESS | {"versions": versions})
    filler, other = world.people["city_clerk"], world.people["city_reviewer"]
    filler.role = Role.REVIEWER
    filler.save()
    form = forms()["A"]
    assert form.submitted_by == filler
    assert not can(filler, "submission.review", form)
    assert can(other, "submission.review", form)


def test_a_form_under_review_is_not_filled_in(world, city):
    submitted(world, forms()["A"])
    sheet = load_workbook(io.BytesIO(template(city))).worksheets[0]
    assert "A区" not in {row[1].value for row in sheet.iter_rows()}


def test_only_units_below_are_offered(world, client):
    opened(world)
    client.force_login(world.people["clerk"])
    assert client.get(reverse("submissions:joint-form")).context["choices"] == []
    assert client.get(reverse("submissions:joint-form", query=ADDRESS)).status_code == 404


def test_the_choice_counts_what_is_still_open(world, city):
    choice = city.get(reverse("submissions:joint-form")).context["choices"][0]
    assert (str(choice.period), choice.units, choice.editable) == (QUARTER, 2, 2)


@pytest.mark.parametrize("versions", ["", "x", "1:2:3", "1:" + "9" * 50])
def test_a_page_out_of_date_takes_nothing(world, city, versions):
    content = saved(workbook(city, **FULL))
    assert offer(city, content, versions=versions).status_code == 422
    assert not Upload.objects.exists()


def test_the_page_asks_the_same_number_of_queries_for_many_units(world, city):
    address = reverse("submissions:joint-form", query=ADDRESS)
    city.get(address)
    with CaptureQueriesContext(connection) as few:
        city.get(address)
    more_counties(world, 10)
    opened(world, "X1")
    with CaptureQueriesContext(connection) as many:
        response = city.get(address)
    assert len(response.context["page"].rows) == 12
    assert len(many) == len(few)
