import io

import pytest
from openpyxl import load_workbook

from metroplan.submissions.marking.names import ISSUE_SHEET, MARKS_SHEET
from metroplan.submissions.models import Upload
from metroplan.submissions.services import marking_up
from metroplan.submissions.services.marking_up import marked_workbook
from tests.files.make_files import saved
from tests.submissions.quarter import opened, page, send, uploaded

RED, YELLOW = "FFFFC7CE", "FFFFEB9C"
FAULTY = {"D5": "十二", "E7": 11}


def filled_template(world, submission, as_person, **cells) -> bytes:
    client = as_person("clerk")
    blank = b"".join(client.get(page("template", submission, format="xlsx")))
    book = load_workbook(io.BytesIO(blank))
    sheet = book.worksheets[0]
    places = {row[0].value: row[0].row for row in sheet.iter_rows() if row[0].value}
    good = {f"D{places['units']}": 12, f"D{places['standards']}": 30}
    good |= {f"E{places['rate']}": 9, f"F{places['rate']}": 10}
    for place, value in (good | cells).items():
        sheet[place] = value
    return saved(book)


def rows_of(world, submission, as_person) -> dict[str, int]:
    blank = b"".join(as_person("clerk").get(page("template", submission, format="xlsx")))
    sheet = load_workbook(io.BytesIO(blank)).worksheets[0]
    return {row[0].value: row[0].row for row in sheet.iter_rows() if row[0].value}


def marked(upload: Upload):
    return load_workbook(io.BytesIO(marked_workbook(upload)))


@pytest.fixture
def faulty(world, as_person):
    submission = opened(world)
    at = rows_of(world, submission, as_person)
    content = filled_template(
        world, submission, as_person, **{f"D{at['units']}": "十二", f"E{at['rate']}": 11}
    )
    return uploaded(world, submission, content), at


def test_faulty_cells_are_coloured_and_say_what_is_wrong(faulty):
    upload, at = faulty
    assert upload.status == Upload.Status.REFUSED
    sheet = marked(upload).worksheets[1]
    for place in (f"D{at['units']}", f"E{at['rate']}"):
        assert sheet[place].fill.fgColor.rgb == RED
        assert place in sheet[place].comment.text
    assert sheet[f"D{at['standards']}"].fill.fgColor.rgb != RED
    assert sheet[f"D{at['units']}"].value == "十二"


def test_the_first_sheet_lists_every_issue_with_a_link_to_its_cell(faulty):
    upload, at = faulty
    book = marked(upload)
    first = book.worksheets[0]
    assert (first.title, book.active.title) == (ISSUE_SHEET, ISSUE_SHEET)
    assert first.max_row == 1 + upload.issues.count()
    links = [first.cell(row, 2).hyperlink.location for row in range(2, first.max_row + 1)]
    name = book.worksheets[1].title
    assert set(links) == {f"'{name}'!D{at['units']}", f"'{name}'!E{at['rate']}"}
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == [ISSUE_SHEET]


def test_the_marked_workbook_is_taken_once_its_cells_are_mended(world, faulty):
    upload, at = faulty
    book = marked(upload)
    sheet = book.worksheets[1]
    sheet[f"D{at['units']}"], sheet[f"E{at['rate']}"] = 12, 9
    again = uploaded(world, upload.submission, saved(book))
    assert (again.status, again.errors) == (Upload.Status.STAGED, 0)


def test_marking_again_takes_the_earlier_marks_off(world, faulty):
    upload, at = faulty
    book = marked(upload)
    book.worksheets[1][f"D{at['units']}"] = 12
    second = marked(uploaded(world, upload.submission, saved(book)))
    sheet = second.worksheets[1]
    assert second.sheetnames.count(ISSUE_SHEET) == second.sheetnames.count(MARKS_SHEET) == 1
    assert sheet[f"D{at['units']}"].comment is None
    assert sheet[f"D{at['units']}"].fill.fgColor.rgb == "FFFFFFF2"
    assert sheet[f"E{at['rate']}"].fill.fgColor.rgb == RED
    assert sheet[f"E{at['rate']}"].comment.text.count(f"E{at['rate']}") == 1


def test_the_signed_slip_and_the_notes_of_the_template_stay(world, faulty):
    upload, at = faulty
    book = marked(upload)
    assert book["metroplan"].sheet_state == "veryHidden"
    assert "合格数" in book.worksheets[1][f"E{at['rate']}"].comment.text


def test_a_csv_comes_back_as_a_workbook_with_every_cell_where_it_stood(world):
    content = "代码,数值,分子,分母,备注\nunits,十二,,,=1+1\nrate,,11,10,\n".encode()
    upload = uploaded(world, opened(world), content)
    book = marked(upload)
    sheet = book.worksheets[1]
    assert sheet["B2"].fill.fgColor.rgb == sheet["C3"].fill.fgColor.rgb == RED
    assert (sheet["C3"].value, sheet["D3"].value) == (11, 10)
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("'=1+1", "s")
    sheet["B2"], sheet["C3"] = 12, 9
    again = uploaded(world, upload.submission, saved(book))
    assert again.status == Upload.Status.STAGED
    assert again.rows.get(key="units").note == "=1+1"


def test_what_cannot_be_opened_for_marking_is_built_anew(world, faulty, monkeypatch):
    upload, at = faulty
    monkeypatch.setattr(marking_up, "MAX_UNPACKED", 0)
    book = marked(upload)
    assert book.worksheets[1][f"D{at['units']}"].fill.fgColor.rgb == RED
    assert book["metroplan"].sheet_state == "veryHidden"


def test_a_file_that_is_no_table_gives_the_list_alone(world):
    book = marked(uploaded(world, opened(world), b"\x89PNG\r\n\x1a\n" + bytes(64)))
    assert book.worksheets[0].max_row == 2
    assert book.worksheets[0]["F2"].value == "file.not_a_workbook"


def test_words_of_the_sender_never_become_a_formula(world):
    content = '代码,数值\n"=HYPERLINK(""http://x"")",5\n@x,6\n'.encode()
    book = marked(uploaded(world, opened(world), content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if str(cell.value or "").startswith(("=", "@"))]


def test_the_marked_workbook_is_offered_beside_the_issues(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    send(client, submission, "代码,数值\nunits,x\n".encode())
    upload = Upload.objects.get()
    address = page("upload-marked", upload)
    assert address in client.get(page("submission-detail", submission)).content.decode()
    response = client.get(address)
    assert b"".join(response).startswith(b"PK")
    assert response["Content-Disposition"].startswith("attachment")


def test_a_figure_typed_into_the_page_has_no_workbook(world, as_person):
    upload = uploaded(world, opened(world))
    Upload.objects.update(way=Upload.Way.FORM)
    assert as_person("clerk").get(page("upload-marked", upload)).status_code == 404
