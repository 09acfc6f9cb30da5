"""A table of the catalogue: both layouts, and every issue at its cell."""

import pytest

from metroplan.common.files import csv_text
from metroplan.submissions.wording import describe
from standards.services.catalogue_file import Known, read_catalogue

LONG = ("code", "parent_code", "name", "regulation", "verification_mode")

NOTHING = Known()


def read(*rows, known=NOTHING):
    return read_catalogue(csv_text(rows).encode(), "table.csv", known)


def codes(found):
    return [(issue.code, f"{issue.column}{issue.row}") for issue in found.issues]


def test_the_long_layout_has_a_line_for_each_level():
    found = read(LONG, ("01", "", "衡器", "", ""), ("01.01", "01", "台秤", "P＋V", "周期检定"))
    assert not found.issues
    first, item = found.lines
    assert (first.code, first.parent_code, first.regulation) == ("01", "", "")
    assert (item.code, item.parent_code, item.regulation, item.mode) == (
        *("01.01", "01", "P+V", "periodic"),
    )
    assert (item.certainty, item.predecessors, item.kinds, item.row) == ("official", None, None, 3)


def test_the_published_layout_names_the_first_level_once_and_numbers_both():
    found = read(
        ("实施强制管理的计量器具目录",),
        ("一级序号", "一级目录", "二级序号", "二级目录", "监管方式", "强检方式", "强检范围及说明"),
        ("9", "加气机", "9", "液化石油气加气机", "P+V", "周期检定", "用于贸易结算"),
        ("", "", "10", "压缩天然气加气机", "P+V", "周期检定", ""),
        ("10", "压力传感器", "11", "压力传感器", "P", "/", ""),
    )
    assert [describe(issue) for issue in found.issues] == []
    assert [(line.code, line.parent_code, line.official_serial) for line in found.lines] == [
        ("9", "", ""),
        ("9.9", "9", "9"),
        ("9.10", "9", "10"),
        ("10", "", ""),
        ("10.11", "10", "11"),
    ]
    assert found.lines[-1].mode == "none"


def test_predecessors_and_kinds_are_lists_of_codes():
    known = Known(kinds={"scale", "pump"}, older={"1.1", "1.2"}, older_title="1987")
    head = (*LONG, "predecessor", "kinds")
    item = ("01.01", "01", "台秤", "V", "", "1.1、1.2", "scale pump")
    line = read(head, ("01", "", "衡器"), item, known=known).lines[1]
    assert line.predecessors == ("1.1", "1.2")
    assert line.kinds == ("scale", "pump")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (("", "01", "台秤", "V", ""), ("catalogue.code_missing", "A3")),
        (("01.01", "01", "", "V", ""), ("catalogue.name_missing", "C3")),
        (("01", "01", "台秤", "V", ""), ("catalogue.code_twice", "A3")),
        (("01.01", "02", "台秤", "V", ""), ("catalogue.parent_unknown", "B3")),
        (("01.01", "01", "秤" * 121, "V", ""), ("catalogue.too_long", "C3")),
        (("01.01", "01", "台秤", "", ""), ("catalogue.regulation_missing", "D3")),
        (("01.01", "01", "台秤", "Z", ""), ("catalogue.regulation_unknown", "D3")),
        (("01.01", "01", "台秤", "V", "每周"), ("catalogue.mode_unknown", "E3")),
        (("01.01", "01", "台秤", "P", "周期检定"), ("catalogue.mode_disagrees", "E3")),
        (("01.01", "01", "台秤", "V", "", "sure"), ("catalogue.certainty_unknown", "F3")),
        (("01.01", "01", "台秤", "V", "", "", "9"), ("catalogue.predecessor_unknown", "G3")),
        (("01.01", "01", "台秤", "V", "", "", "", "x"), ("catalogue.kind_unknown", "H3")),
    ],
)
def test_what_is_wrong_is_told_at_its_cell(item, expected):
    head = (*LONG, "certainty", "predecessor", "kinds")
    found = read(head, ("01", "", "衡器"), item)
    assert expected in codes(found)
    assert all(describe(issue) for issue in found.issues)


def test_every_issue_of_every_line_comes_at_once():
    found = read(LONG, ("01", "", "衡器"), ("", "09", "", "Z", "?!"), ("02.01", "01", "a", "", ""))
    assert len({code for code, _cell in codes(found)}) == 6


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("代码", "数量"), ("1", "2")], "catalogue.no_heading"),
        ([LONG], "catalogue.no_lines"),
        ([LONG, ("01", "", "衡器")], "catalogue.no_items"),
        ([(*LONG, "颜色"), ("01", "", "衡器")], "column.unknown"),
        ([(*LONG, "名称"), ("01", "", "衡器")], "column.doubled"),
    ],
)
def test_what_is_wrong_with_the_table_as_a_whole(rows, code):
    found = read(*rows)
    assert code in {issue.code for issue in found.issues}
    assert all(describe(issue) for issue in found.issues)


def test_a_file_that_is_no_table_is_told_as_such():
    found = read_catalogue(b"%PDF-1.4", "list.pdf", Known())
    assert [issue.code for issue in found.issues] == ["file.not_a_workbook"]
