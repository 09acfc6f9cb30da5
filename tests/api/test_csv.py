"""Lists as files for a spreadsheet."""

import csv
import io

from metroplan.plans.models import PlanTaskUnit, ResponsibleUnit
from tests.api.conftest import ROOT


def table(client, address: str, **query) -> list[dict[str, str]]:
    response = client.get(f"{ROOT}{address}/", {"format": "csv", **query})
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_csv_has_the_rows_and_fields_of_the_list(figures, api):
    as_json = api("leader").get(f"{ROOT}progress/", {"page_size": 1000}).json()["results"]
    as_csv = table(api("leader"), "progress")
    assert len(as_csv) == len(as_json)
    assert [name for name in as_csv[0] if "." not in name] == [
        name for name in as_json[0] if name != "forecast"
    ]
    assert {name for name in as_csv[0] if "." in name} >= {"forecast.value", "forecast.verdict"}
    assert as_csv[0]["period"] == as_json[0]["period"]


def test_csv_is_a_file_that_excel_opens_in_the_right_encoding(figures, api):
    response = api("leader").get(f"{ROOT}organisations/", {"format": "csv"})
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response["Content-Disposition"] == 'attachment; filename="organisation.csv"'
    assert api("leader").get(f"{ROOT}plans/", HTTP_ACCEPT="text/csv").content[:3] == b"\xef\xbb\xbf"


def test_text_cannot_start_a_formula_but_numbers_stay(world, api):
    world.plan.title_zh, world.plan.document_no = "=1+1", "@SUM(A1)"
    world.plan.save()
    (row,) = table(api("leader"), "plans")
    assert (row["title_zh"], row["document_no"]) == ("'=1+1", "'@SUM(A1)")


def test_a_list_without_rows_still_has_its_headings(world, api):
    response = api("leader").get(f"{ROOT}progress/", {"format": "csv", "plan": "none"})
    assert response.content.decode("utf-8-sig").startswith("indicator,organisation,period,")


def test_nested_things_become_columns_and_lists_one_cell(world, things, api):
    for position, code in enumerate(("lead", "first", "second")):
        unit = ResponsibleUnit.objects.create(
            plan=things.plan, code=code, name_zh=code, name_en=code, position=position
        )
        PlanTaskUnit.objects.create(task=things.task, unit=unit, position=position)
    (row,) = table(api("leader"), "tasks")
    assert (row["lead.code"], row["supporting"]) == ("lead", "first; second")


def test_csv_takes_more_rows_at_once_and_says_how_many_there_are(figures, api):
    response = api("leader").get(f"{ROOT}targets/", {"format": "csv", "page_size": 1})
    assert response["X-Total-Count"] == "3"
    assert 'rel="next"' in response["Link"]
    whole = api("leader").get(f"{ROOT}targets/", {"format": "csv"})
    assert whole.renderer_context["view"].paginator.page.paginator.per_page == 10_000


def test_an_error_is_json_even_where_csv_was_asked_for(world, api):
    response = api("leader").get(f"{ROOT}progress/", {"format": "csv", "period": "soon"})
    assert (response.status_code, response.json()["code"]) == (400, "request.invalid")
