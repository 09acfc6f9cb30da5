"""Lines that a register counts: seen in the form, asked of nobody, and left alone by it."""

import csv
import io
from decimal import Decimal as D

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from indicators.models import FormMeasure, Observation
from indicators.services.imports import import_figures
from indicators.services.observations import withdraw_from_submission, write_from_submission
from metroplan.common.periods import Period
from metroplan.submissions.models import Submission
from metroplan.submissions.services.cells import check_cells, stage_cells
from metroplan.submissions.services.opening import open_due_quarters
from metroplan.submissions.services.stage import check_file
from metroplan.submissions.types import CellsIn
from tests.indicators.registering import switch
from tests.submissions.quarter import QUARTER, opened
from tests.world import World, current


@pytest.fixture
def submission(world: World, register) -> Submission:
    """A's form of 2022Q4; its standards are counted, one at hand."""
    register.hold(world, "A", "2022Q1")
    switch(world)
    return opened(world)


def english(client, person):
    client.force_login(person)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


def typed(**texts: str) -> list[CellsIn]:
    return [CellsIn(key, {"value": text}) for key, text in texts.items()]


def detail(client, world: World, submission: Submission):
    english(client, world.people["clerk"])
    return client.get(reverse("submissions:submission-detail", args=[submission.pk]))


def standing(world: World) -> tuple[D, int]:
    found = current(world.measures["standards"], world.units["A"], QUARTER)
    return found.value, found.revision


def staged(world: World, submission: Submission, **texts: str):
    return stage_cells(
        submission=submission, actor=world.people["clerk"], lines=typed(**texts),
        expected_version=submission.version,
    )  # fmt: skip


def as_table(content: bytes) -> dict[str, list[str]]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    return {row[0]: row for row in rows}


def test_the_grid_shows_the_line_filled_and_read_only(world, submission, client):
    english(client, world.people["clerk"])
    page = client.get(reverse("submissions:submission-entry", args=[submission.pk]))
    shown = page.content.decode()
    assert 'name="value.standards"' not in shown
    assert 'name="value.units"' in shown
    assert "Counted from the register; nobody fills in this line." in shown
    line = next(one for one in page.context["grid"].lines if one.line.key == "standards")
    assert [cell.text for cell in line.cells if cell.part == "value"] == ["1"]


def test_the_form_is_submitted_without_the_line_and_leaves_it_alone(world, submission, client):
    upload = staged(world, submission, units="12")
    assert upload.version == 1
    assert not upload.rows.filter(key="standards").exists()
    page = detail(client, world, submission)
    assert page.context["detail"].asked == 2
    (line,) = [one for one in page.context["detail"].lines if one.key == "standards"]
    assert (line.change, line.new) == ("counted", "1")


@pytest.mark.parametrize("text", ["1", "1.0", ""])
def test_a_cell_that_says_the_same_or_nothing_is_let_pass(world, submission, text):
    result = check_cells(submission=submission, lines=typed(units="3", standards=text))
    assert not [issue for issue in result.issues if issue.severity == "error"]
    assert [row.key for row in result.rows] == ["units"]


@pytest.mark.parametrize("text", ["2", "0", "/", "many"])
def test_a_cell_that_says_something_else_is_an_issue(world, submission, text):
    result = check_cells(submission=submission, lines=typed(units="3", standards=text))
    (issue,) = [issue for issue in result.issues if issue.severity == "error"]
    assert (issue.code, issue.key) == ("figure.counted", "standards")
    assert issue.params["counted"] == "1"


def test_the_template_comes_with_the_line_and_is_taken_as_it_came(world, submission, client):
    english(client, world.people["clerk"])
    address = reverse("submissions:template", args=[submission.pk])
    content = client.get(address, {"format": "csv"}).getvalue()
    assert as_table(content)["standards"][3] == "1"
    filled = content.decode("utf-8-sig").replace(
        "units,Measure units,units,", "units,Measure units,units,7"
    )
    result = check_file(submission=submission, filename="a.csv", content=filled.encode())
    assert [row.key for row in result.rows] == ["units"]
    wrong = filled.replace("Measure standards,items,1", "Measure standards,items,5")
    result = check_file(submission=submission, filename="a.csv", content=wrong.encode())
    assert [issue.code for issue in result.issues] == ["figure.counted"]


def test_the_workbook_comes_with_the_line_too(world, submission, client):
    english(client, world.people["clerk"])
    address = reverse("submissions:template", args=[submission.pk])
    content = client.get(address).getvalue()
    result = check_file(submission=submission, filename="a.xlsx", content=content)
    assert [issue.code for issue in result.issues] == ["file.nothing_in_it"]


def test_a_version_from_before_the_switch_neither_writes_nor_withdraws(world, register):
    submission = opened(world)
    staged(world, submission, units="4", standards="9")
    register.hold(world, "A", "2022Q1")
    switch(world)
    submission.refresh_from_db()
    clerk = world.people["clerk"]
    assert write_from_submission(submission=submission, actor=clerk) == 1
    assert standing(world) == (1, 1)
    withdraw_from_submission(submission=submission, actor=clerk)
    assert standing(world) == (1, 1)
    assert current(world.measures["units"], world.units["A"], QUARTER) is None


def test_a_quarter_before_the_switch_is_asked_as_ever(world, register):
    switch(world, "2023Q1")
    submission = opened(world)
    result = check_cells(submission=submission, lines=typed(standards="9"))
    assert [row.key for row in result.rows] == ["standards"]


def test_a_form_of_counted_lines_alone_does_not_open(world, register):
    FormMeasure.objects.exclude(measure=world.measures["standards"]).delete()
    switch(world, None)
    assert open_due_quarters(today=timezone.localdate()).count == 0


def test_a_file_of_history_may_not_say_what_is_counted(world, register):
    switch(world)
    unit = world.units["A"].code
    lines = [
        "organisation,measure,period,state,value,numerator,denominator",
        f"{unit},standards,2021Q4,value,3,,",
        f"{unit},standards,2022Q1,value,3,,",
    ]
    content = "\n".join(lines).encode()
    report = import_figures(name="h.csv", content=content, document="1号", actor=None)
    assert [(issue.code, issue.row) for issue in report.issues] == [("import.counted", 3)]
    assert not Observation.objects.filter(period=Period.parse("2021Q4")).exists()
