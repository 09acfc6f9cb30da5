"""The CSV template as offices save it: UTF-8 with and without its mark, or GB18030."""

import csv
import io

import pytest

from tests.submissions.quarter import opened, page, send, text
from tests.world import current

ENTRIES = {"units": ("12", "", ""), "standards": ("30", "", ""), "rate": ("", "9", "10")}
FIRST_ENTRY, NOTE = 3, "台账核对无误，镕"


def filled_template(blank: str) -> str:
    """The downloaded template with figures in its entry cells and a note in each line."""
    rows = list(csv.reader(io.StringIO(blank.removeprefix("\ufeff"))))
    for row in rows[1:]:
        row[FIRST_ENTRY:] = [*ENTRIES[row[0]], NOTE]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_goes_the_whole_way_in_either_encoding(world, as_person, encoding):
    submission = opened(world)
    clerk = as_person("clerk")
    blank = text(clerk.get(page("template", submission, format="csv")))
    response = send(clerk, submission, filled_template(blank).encode(encoding))
    assert response.status_code == 302
    shown = text(clerk.get(page("submission-detail", submission)))
    assert NOTE in shown and "E4" in shown
    sent = {"expected_version": 1}
    clerk.post(page("submission-submit", submission), sent)
    for reviewer in ("city_reviewer", "reviewer"):
        as_person(reviewer).post(page("submission-approve", submission), sent)
    submission.refresh_from_db()
    assert submission.status == "approved"
    approved = current(world.measures["rate"], world.units["A"], str(submission.period))
    assert (approved.numerator, approved.denominator) == (9, 10)
    assert current(world.measures["units"], world.units["A"], str(submission.period)).value == 12


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_problems_of_a_csv_file_stand_at_the_rows_excel_shows(world, as_person, encoding):
    submission = opened(world)
    content = "代码,数值,分子,分母,备注\n\nunits,一百左右,,,\nrate,,11,10,".encode(encoding)
    send(as_person("clerk"), submission, content)
    detail = as_person("clerk").get(page("submission-detail", submission)).context["detail"]
    assert [line.cell for line in detail.issues] == ["B3", "C4"]
