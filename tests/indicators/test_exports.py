"""Tables of the indicator's page as files."""

import csv
import io
from datetime import date

import pytest
from django.conf import settings

from indicators.services.recompute import drain
from metroplan.organisations.map_changes import Successor
from metroplan.organisations.services.changes import apply_change
from tests.indicators.figured import figured
from tests.world import World, report

FILE = "/plans/test-plan/indicators/standards/contributions.csv"
AT = "2022Q4"


@pytest.fixture
def rows(world: World, client):
    """The file as lines; asked of city C1 unless told otherwise."""
    figured(world)
    client.force_login(world.people["leader"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    def get(**query) -> tuple[list[list[str]], str]:
        query = {"period": AT, "organisation": world.units["C1"].code} | query
        answer = client.get(FILE, query)
        assert answer.status_code == 200
        text = answer.content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text))), answer["Content-Disposition"]

    return get


def rename_a(world: World) -> None:
    apply_change(
        kind="rename",
        effective_on=date(2023, 4, 1),
        units=[world.units["A"]],
        successors=[Successor("901313", name_zh="新甲区", name_en="New A")],
        document="1",
        actor=None,
        today=date(2023, 5, 1),
    )
    drain()


def test_a_table_on_todays_map_comes_as_the_file_the_page_shows(world, rows):
    rename_a(world)
    lines, name = rows(map="today")
    assert name.endswith(f'_{AT}_today.csv"')
    head = {line[0]: line[1:] for line in lines if line}
    assert head["On today's map"][0] == date.today().isoformat()
    table = [dict(zip(lines[-3], line, strict=True)) for line in lines[-2:]]
    assert [(line["Unit"], line["Figure"]) for line in table] == [("Unit B", "8"), ("New A", "12")]
    renamed = table[1]
    assert renamed["From former units"] == f"{world.units['A'].code} Unit A"
    assert (renamed["Reported"], renamed["Expected"], renamed["Remark"]) == ("1", "1", "")


def test_a_file_of_the_quarters_own_map_keeps_the_units_of_then(world, rows):
    rename_a(world)
    lines, name = rows()
    assert "today" not in name
    assert {line[1] for line in lines[-3:]} == {"Unit A", "Unit B", "Total"}


def test_a_file_of_a_page_that_looks_back_says_so(world, rows):
    report(world, "standards", "A", AT, 99)
    drain()
    lines, _name = rows(known_on="2000-01-01")
    assert ["As known on", "2000-01-01"] in lines
    assert not any("99" in line for line in lines)


def test_what_cannot_be_compared_is_empty_and_says_why(world, rows):
    apply_change(
        kind="abolish",
        effective_on=date(2023, 4, 1),
        units=[world.units["B"]],
        document="1",
        actor=None,
        today=date(2023, 5, 1),
    )
    drain()
    *_lines, gone = rows(map="today")[0]
    assert (gone[0], gone[2]) == (world.units["B"].code, "8")
    assert "abolished" in gone[-1]
