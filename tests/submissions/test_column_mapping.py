import io

import pytest
from openpyxl import Workbook, load_workbook

from metroplan.audit.models import AuditEvent
from metroplan.submissions.layouts import digest_of, suggested
from metroplan.submissions.models import ColumnMapping, StagedRow, Upload
from metroplan.submissions.registry import registry
from tests.files.make_files import saved
from tests.submissions.quarter import opened, page, send, text, uploaded

# As a county keeps it: its own headings, the quarter among them, one column for both kinds.
OWN = """序号,指标,本季数,分母,上年同期
1,数据项units,12,,9
2,数据项standards,30,,28
3,数据项rate,9,10,8
"""
CHOSEN = {"column_1": "name", "column_2": "amount", "column_3": "denominator"}


def table(quarter: str = "2022年四季度", units: object = 12) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "报表"
    sheet["A1"] = "某县计量工作情况"
    for row in (
        ["序号", "指标", f"{quarter}本期数", "分母", "备注"],
        [1, "数据项units", units, None, None],
        [2, "数据项standards", 30, None, "含新建"],
        [3, "数据项rate", 9, 10, None],
    ):
        sheet.append(row)
    return saved(book)


def choose(client, upload: Upload, **more):
    sent = {"sheet": "", "header": 1, "expected_version": upload.submission.version} | CHOSEN
    return client.post(page("upload-mapping", upload), sent | more)


@pytest.fixture
def refused(world, as_person):
    """A table with headings of its own, sent by the clerk, who is then asked."""
    submission = opened(world)
    client = as_person("clerk")
    response = send(client, submission, OWN.encode())
    upload = Upload.objects.get()
    assert response.url == page("upload-mapping", upload)
    return client, upload


def figures(upload: Upload) -> dict[str, str]:
    rows = StagedRow.objects.filter(version=upload.version, submission=upload.submission)
    return {row.key: f"{row.value or f'{row.numerator}/{row.denominator}'}" for row in rows}


def test_a_file_whose_columns_are_not_known_waits_and_is_not_called_refused(refused):
    client, upload = refused
    response = client.get(page("submission-detail", upload.submission))
    assert response.context["detail"].unmatched == upload
    shown = response.content.decode()
    assert "mp-status--refused" not in shown
    assert page("upload-mapping", upload) in shown


def test_the_page_shows_the_table_and_guesses_its_columns(refused):
    client, upload = refused
    response = client.get(page("upload-mapping", upload))
    found = response.context["table"]
    assert found.header == 1
    assert {column.heading: column.part for column in found.columns} == {
        "序号": "",
        "指标": "name",
        "本季数": "amount",
        "分母": "denominator",
        "上年同期": "",
    }
    assert "数据项standards" in text(response)


def test_a_table_is_read_once_its_columns_are_chosen(refused):
    client, upload = refused
    assert choose(client, upload).url == page("submission-detail", upload.submission)
    newest = Upload.objects.first()
    assert (newest.status, newest.version, newest.errors) == ("staged", 1, 0)
    assert figures(newest) == {
        "units": "12.000000",
        "standards": "30.000000",
        "rate": "9.000000/10.000000",
    }
    assert newest.rows.get(key="rate").cells == {"numerator": "C4", "denominator": "D4"}
    assert AuditEvent.objects.filter(action="columns.mapped").exists()


def test_the_next_table_of_the_unit_is_read_at_once_and_says_so(world, refused):
    client, upload = refused
    choose(client, upload)
    following = opened(world, period="2023Q1")
    response = send(client, following, OWN.replace("12", "15").encode())
    assert response.url == page("submission-detail", following)
    newest = Upload.objects.first()
    assert (newest.submission, newest.status) == (following, "staged")
    assert page("upload-mapping", newest) in text(client.get(response.url))


def test_another_unit_is_asked_itself(world, refused, as_person):
    client, upload = refused
    choose(client, upload)
    other = uploaded(world, opened(world, "B"), OWN.encode(), person="neighbour")
    assert other.status == Upload.Status.REFUSED


def test_the_quarter_in_a_heading_does_not_make_it_another_table(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    send(client, submission, table(), name="表.xlsx")
    choose(client, Upload.objects.get(), sheet="报表", header=2, column_4="note")
    following = opened(world, period="2023Q1")
    send(client, following, table("2023年一季度", units=7), name="表.xlsx")
    newest = Upload.objects.first()
    assert (newest.submission, newest.status) == (following, "staged")
    assert newest.rows.get(key="units").cells == {"value": "C3"}
    assert newest.rows.get(key="standards").note == "含新建"


def test_the_validator_after_the_mapping_is_the_same(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    send(client, submission, OWN.replace("9,10", "11,10").replace("12", "一打").encode())
    choose(client, Upload.objects.get())
    newest = Upload.objects.first()
    assert {(issue.code, issue.column, issue.row) for issue in newest.issues.all()} == {
        ("figure.not_a_number", "C", 2),
        ("figure.part_over_whole", "C", 4),
    }


def test_a_changed_choice_reads_the_same_file_anew(refused):
    client, upload = refused
    choose(client, upload)
    upload.submission.refresh_from_db()
    choose(client, upload, column_2="", column_4="amount")
    newest = Upload.objects.first()
    assert (newest.version, figures(newest)["units"]) == (2, "9.000000")
    assert ColumnMapping.objects.count() == 1


@pytest.mark.parametrize(
    "chosen",
    [
        {"column_1": "amount"},
        {"column_1": ""},
        {"column_2": "", "column_3": ""},
        {"header": ""},
        {"column_2": "nonsense"},
    ],
)
def test_an_unclear_choice_is_told_and_nothing_is_stored(refused, chosen):
    client, upload = refused
    assert choose(client, upload, **chosen).status_code == 422
    assert not ColumnMapping.objects.exists()
    assert Upload.objects.count() == 1


def test_a_choice_for_a_version_that_moved_on_stores_nothing(world, refused):
    client, upload = refused
    seen = upload.submission.version
    uploaded(world, upload.submission)
    response = choose(client, upload, expected_version=seen)
    assert response.status_code == 409
    assert not ColumnMapping.objects.exists()


def test_a_row_without_headings_is_told(refused):
    client, upload = refused
    assert choose(client, upload, header=99).status_code == 422
    assert not ColumnMapping.objects.exists()


def test_a_template_with_a_damaged_heading_is_not_asked_about(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    blank = b"".join(client.get(page("template", submission, format="xlsx")))
    book = load_workbook(io.BytesIO(blank))
    sheet = book.worksheets[0]
    header = next(row[3] for row in sheet.iter_rows() if row[3].value in ("数值", "Value"))
    header.value = "上年数"
    response = send(client, submission, saved(book), name="a.xlsx")
    assert response.url == page("submission-detail", submission)


def test_the_digest_follows_words_and_columns_but_not_the_quarter():
    here = digest_of({0: "指标", 1: "2024年三季度数"})
    assert here == digest_of({0: " 指 标", 1: "2025年一季度数"})
    assert here != digest_of({0: "指标", 2: "2024年三季度数"})
    assert here != digest_of({0: "指标", 1: "2024年三季度计划"})


def test_a_guess_names_every_part_once():
    columns = registry.get("figures").columns()
    assert suggested({0: "指标名称", 1: "指标", 2: "完成数", 3: "实际数"}, columns) == {
        0: "name",
        2: "amount",
    }
