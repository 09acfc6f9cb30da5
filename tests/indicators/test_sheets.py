import csv
import io
from decimal import Decimal

import pytest
from django.utils import translation
from openpyxl import load_workbook

from indicators.cleaning import clean_rows
from indicators.figures import MeasureSpec
from indicators.sheets import FigureSheet
from metroplan.common.periods import Period
from metroplan.submissions.models import StagedRow, StoredFile, Submission, Upload
from metroplan.submissions.readers import read_file
from metroplan.submissions.registry import Registry, registry
from metroplan.submissions.types import SheetContext
from tests.submissions.corpus import content
from tests.world import add_measure, report

PERIOD = "2024Q3"
SHEET = FigureSheet()


@pytest.fixture
def context(world) -> SheetContext:
    add_measure(world, "platform", kind="yes_no", roll_up="share", unit_zh="", unit_en="")
    add_measure(world, "=sneaky", decimals=2)
    return SheetContext(world.form, world.units["A"], Period.parse(PERIOD))


def filled(template: bytes, **cells: object) -> bytes:
    """The template as a clerk saves it after entering these cells."""
    book = load_workbook(io.BytesIO(template))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def clean(context: SheetContext, data: bytes):
    return SHEET.clean(read_file(data, "x.xlsx"), context)


def first_line(template: bytes) -> int:
    page = load_workbook(io.BytesIO(template)).worksheets[0]
    return next(cell.row for cell in page["A"] if cell.value in ("代码", "Code")) + 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_filled_in_template_comes_back_as_its_figures(context, language):
    with translation.override(language):
        template = SHEET.template(context, fmt="xlsx")
    row = first_line(template)
    cells = {f"D{row}": 5, f"D{row + 1}": "1.5万", f"E{row + 2}": 9, f"F{row + 2}": 10}
    result = clean(context, filled(template, **cells, **{f"D{row + 3}": "是"}))
    assert result.issues == []
    assert [(line.key, line.cells) for line in result.rows] == [
        ("units", {"value": f"D{row}"}),
        ("standards", {"value": f"D{row + 1}"}),
        ("rate", {"numerator": f"E{row + 2}", "denominator": f"F{row + 2}"}),
        ("platform", {"value": f"D{row + 3}"}),
    ]


def test_an_empty_template_has_nothing_in_it(context):
    result = clean(context, SHEET.template(context, fmt="xlsx"))
    assert [issue.code for issue in result.issues] == ["file.nothing_in_it"]


def test_a_csv_template_comes_back_too(context):
    text = SHEET.template(context, fmt="csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[5][0] == "'=sneaky"
    lines[1][3] = "5"
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    result = clean(context, out.getvalue().encode("gb18030"))
    assert [(row.key, row.value) for row in result.rows] == [("units", 5)]
    assert result.issues == []


def test_a_template_of_another_unit_or_quarter_is_told_along_with_its_cells(world, context):
    other = SheetContext(world.form, world.units["B"], Period.parse("2024Q2"))
    template = SHEET.template(other, fmt="xlsx")
    result = clean(context, filled(template, **{f"D{first_line(template)}": "x"}))
    assert [issue.code for issue in result.issues] == [
        "file.other_unit",
        "file.wrong_period",
        "figure.not_a_number",
    ]


def test_a_forged_slip_is_told_alone(context):
    result = clean(context, content("forged_manifest.xlsx"))
    assert [issue.code for issue in result.issues] == ["file.manifest_forged"]


def test_only_the_cells_to_be_filled_in_are_unlocked(context):
    template = SHEET.template(context, fmt="xlsx")
    page = load_workbook(io.BytesIO(template)).worksheets[0]
    row = first_line(template)
    open_cells = {
        cell.coordinate for line in page.iter_rows() for cell in line if not cell.protection.locked
    }
    assert page.protection.sheet
    assert {f"D{row}", f"E{row + 2}", f"F{row + 2}", f"G{row}"} <= open_cells
    assert not open_cells & {f"A{row}", f"B{row}", f"E{row}", f"D{row + 2}", f"D{row - 1}"}


def test_numerator_and_denominator_tell_what_they_are(context):
    template = SHEET.template(context, fmt="xlsx")
    page = load_workbook(io.BytesIO(template)).worksheets[0]
    row = first_line(template) + 2
    assert page[f"E{row}"].comment.text == "合格数"
    assert page[f"F{row}"].comment.text == "总数"


def test_the_template_names_unit_quarter_and_due_date(world, context):
    Submission.objects.create(
        form=world.form, organisation=world.units["A"], period=PERIOD, due_on="2024-10-28"
    )
    page = load_workbook(io.BytesIO(SHEET.template(context, fmt="xlsx"))).worksheets[0]
    facts = [page.cell(row, 2).value for row in (2, 3, 4)]
    assert facts == ["A区 (900300)", PERIOD, "2024-10-28"]


def test_yes_and_no_are_chosen_from_a_list(context):
    page = load_workbook(io.BytesIO(SHEET.template(context, fmt="xlsx"))).worksheets[0]
    lists = [rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"]
    assert lists == ['"是,否,/"']


def stage(world, **lines) -> Submission:
    submission = Submission.objects.create(
        form=world.form,
        organisation=world.units["A"],
        period=PERIOD,
        due_on="2024-10-28",
        version=1,
    )
    clerk = world.people["clerk"]
    file = StoredFile.objects.create(name="x.xlsx", sha256="0" * 64, size=1, stored_by=clerk)
    upload = Upload.objects.create(
        submission=submission, file=file, status="staged", version=1, uploaded_by=clerk
    )
    for row, (key, parts) in enumerate(lines.items(), start=5):
        parts = {"state": "value"} | parts
        StagedRow.objects.create(
            submission=submission, upload=upload, version=1, key=key, row=row, **parts
        )
    return submission


def test_the_preview_tells_added_changed_same_and_missing(world):
    add_measure(world, "platform", kind="yes_no", roll_up="share")
    report(world, "units", "A", PERIOD, 5)
    report(world, "standards", "A", PERIOD, 7)
    report(world, "platform", "A", PERIOD, 0)
    submission = stage(
        world,
        units={"value": 5},
        rate={"numerator": 1397, "denominator": 1422},
        platform={"value": 1},
    )
    with translation.override("en"):
        rows = {row.key: row for row in SHEET.diff(submission)}
    assert {key: row.change for key, row in rows.items()} == {
        "units": "same",
        "standards": "missing",
        "rate": "added",
        "platform": "changed",
    }
    assert rows["rate"].new == Decimal(139700) / 1422
    assert (rows["rate"].old_text, rows["rate"].new_text) == ("", "98.2% (1,397/1,422)")
    assert (rows["platform"].old_text, rows["platform"].new_text) == ("No", "Yes")
    assert (rows["standards"].old, rows["standards"].new) == (7, None)


def test_the_preview_costs_the_same_for_few_and_many_lines(world, django_assert_num_queries):
    submission = stage(world, units={"value": 5})
    for number in range(20):
        add_measure(world, f"extra{number}")
    with django_assert_num_queries(3):
        SHEET.diff(submission)


def test_the_kind_is_registered_and_cannot_be_taken():
    assert registry.get("figures").key == "figures"
    own = Registry()
    own.register(SHEET)
    with pytest.raises(ValueError, match="twice"):
        own.register(FigureSheet())


def test_a_name_that_two_measures_share_names_neither():
    specs = [MeasureSpec(code, ("同名", "Same"), ("项", ""), "count", 0) for code in ("a", "b")]
    rows = read_file("代码,数据项,数值\n,同名,5\n".encode(), "x.csv").rows
    result = clean_rows(rows, specs)
    assert [issue.code for issue in result.issues] == ["measure.unknown"]
