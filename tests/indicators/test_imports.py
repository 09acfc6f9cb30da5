"""Historic figures from a file."""

import pytest
from django.core.management import CommandError, call_command

from indicators.models import DirtyMark, ImportBatch, Observation
from indicators.services.imports import import_figures
from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.submissions.wording import describe
from tests.world import World, current

HEADER = "organisation,measure,period,state,value,numerator,denominator"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def bring(world: World, *lines: str, header: str = HEADER, **options):
    """Import lines in which {A} stands for the code of unit A."""
    codes = {key: unit.code for key, unit in world.units.items()}
    text = "\n".join([header, *(line.format(**codes) for line in lines)])
    return import_figures(
        name="history.csv", content=text.encode(), document="甲〔2020〕1号", actor=None, **options
    )


def found(report) -> list[tuple[str, int, str]]:
    return [(issue.code, issue.row, issue.column) for issue in report.issues]


def test_figures_become_observations_that_name_their_line(world):
    report = bring(
        world,
        "{A},standards,2021Q1,value,12,,",
        "{A},rate,2021Q1,,,9,10",
        "{B},units,2021Q1,,0,,",
        "{B},rate,2021Q1,not_applicable,,,",
    )
    assert (report.lines, report.figures, report.changed, report.issues) == (4, 4, 4, ())
    standards = current(world.measures["standards"], world.units["A"], "2021Q1")
    assert (standards.value, standards.line, standards.batch) == (12, 2, report.batch)
    rate = current(world.measures["rate"], world.units["A"], "2021Q1")
    assert (rate.value, rate.numerator, rate.denominator, rate.line) == (None, 9, 10, 3)
    assert current(world.measures["units"], world.units["B"], "2021Q1").state == "zero"
    assert current(world.measures["rate"], world.units["B"], "2021Q1").state == "not_applicable"


def test_the_file_is_kept_and_the_import_logged(world):
    report = bring(world, "{A},standards,2021Q1,,12,,")
    stored = ImportBatch.objects.get().file
    event = AuditEvent.objects.get(action="figures.imported")
    assert stored.content.read().decode().startswith(HEADER)
    assert event.data["sha256"] == stored.sha256
    assert (event.data["figures"], event.data["document"]) == (1, "甲〔2020〕1号")
    assert report.batch.is_demo is False


def test_every_issue_of_every_line_comes_at_once(world):
    report = bring(
        world,
        "999999,standards,2021Q1,,1,,",
        "{A},nothing,2021Q1,,1,,",
        "{A},standards,2021-1,,1,,",
        "{A},standards,2099Q1,,1,,",
        "{A},standards,1999Q4,,1,,",
        "{A},standards,2021Q1,,-1,,",
        "{A},rate,2021Q1,,,11,10",
        "{A},standards,2021Q2,,about 5,,",
        "{A},standards,2021Q3,,1.5,,",
        "{A},standards,2021Q4,done,1,,",
        "{A},standards,2022Q1,zero,1,,",
        "{A},standards,2022Q2,,1,,",
        "{A},standards,2022Q2,,2,,",
        "888888,nothing,never,,1,,",
    )
    assert found(report) == [
        ("import.unknown_unit", 2, "A"),
        ("import.unknown_measure", 3, "B"),
        ("import.not_a_quarter", 4, "C"),
        ("import.quarter_not_over", 5, "C"),
        ("import.unit_not_alive", 6, "A"),
        ("figure.negative", 7, "E"),
        ("figure.part_over_whole", 8, "F"),
        ("figure.not_a_number", 9, "E"),
        ("figure.not_whole", 10, "E"),
        ("import.unknown_state", 11, "D"),
        ("import.state_disagrees", 12, "D"),
        ("import.doubled", 14, "B"),
        ("import.unknown_unit", 15, "A"),
        ("import.unknown_measure", 15, "B"),
        ("import.not_a_quarter", 15, "C"),
    ]
    assert all(describe(issue) for issue in report.issues)
    assert not Observation.objects.exists()
    assert not ImportBatch.objects.exists()


def test_one_bad_line_keeps_the_whole_file_out(world):
    assert bring(world, "{A},standards,2021Q1,,5,,", "{A},rate,2021Q1,,,11,10").refused
    assert not Observation.objects.exists()


def test_a_blank_line_is_not_reported_and_never_zero(world):
    report = bring(world, "{A},standards,2021Q1,,,,", "{B},standards,2021Q1,,5,,")
    assert (report.blank, report.figures) == (1, 1)
    assert current(world.measures["standards"], world.units["A"], "2021Q1") is None


def test_the_same_file_twice_changes_nothing(world):
    bring(world, "{A},standards,2021Q1,,5,,")
    assert bring(world, "{A},standards,2021Q1,,5,,").changed == 0
    assert Observation.objects.count() == 1


def test_a_corrected_figure_is_the_next_revision(world):
    bring(world, "{A},standards,2021Q1,,5,,")
    assert bring(world, "{A},standards,2021Q1,,6,,").changed == 1
    figure = current(world.measures["standards"], world.units["A"], "2021Q1")
    assert (figure.value, figure.revision) == (6, 2)


def test_a_dry_run_counts_and_stores_nothing(world):
    marks = DirtyMark.objects.count()
    report = bring(world, "{A},standards,2021Q1,,5,,", dry_run=True)
    assert (report.changed, report.batch) == (1, None)
    assert not Observation.objects.exists()
    assert DirtyMark.objects.count() == marks
    assert not AuditEvent.objects.filter(action="figures.imported").exists()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("organisation,measure,period,value,value", "column.doubled"),
        ("organisation,measure,period,value,remarks", "column.unknown"),
        ("organisation,measure,value", "import.columns_missing"),
    ],
)
def test_the_heading_must_name_the_columns(world, header, code):
    assert found(bring(world, "{A},standards,2021Q1,1,1", header=header))[0][:2] == (code, 1)


def test_a_file_with_nothing_below_the_heading_is_refused(world):
    assert found(bring(world)) == [("file.nothing_in_it", 0, "")]


def test_columns_may_stand_in_any_order_and_without_ratios(world):
    report = bring(world, "7,2021Q1,{A},standards", header="value,period,organisation,measure")
    assert report.changed == 1


def test_without_a_document_nothing_is_imported(db):
    with pytest.raises(MetroplanError) as refused:
        import_figures(name="a.csv", content=b"", document="  ", actor=None)
    assert refused.value.code == "import.no_document"


def test_the_command_names_file_and_line_and_stores_nothing(world, tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text(f"{HEADER}\n999999,standards,2021Q1,,1,,\n")
    with pytest.raises(CommandError):
        call_command("import_figures", str(path), "--document", "1")
    assert f"{path}:2: " in capsys.readouterr().err
    assert not Observation.objects.exists()


def test_the_command_imports(world, tmp_path, capsys):
    path = tmp_path / "good.csv"
    path.write_text(f"{HEADER}\n{world.units['A'].code},standards,2021Q1,,1,,\n")
    call_command("import_figures", str(path), "--document", "1", "--dry-run")
    assert not Observation.objects.exists()
    call_command("import_figures", str(path), "--document", "1")
    assert Observation.objects.get().value == 1


def test_the_command_says_when_the_file_is_not_there(tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv"):
        call_command("import_figures", str(tmp_path / "none.csv"), "--document", "1")
