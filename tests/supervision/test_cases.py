"""Cases: filed without a finding, referred with number and day, ended with a result."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from supervision.models import Case
from supervision.services.cases import file_case, move_case
from supervision.services.findings import recheck_finding, refer_finding
from tests.supervision import campaign as made
from tests.supervision.counted import add_entity


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def case_data(world, **more):
    return {
        "number": "投诉〔2026〕1号",
        "source": "complaint",
        "entity": add_entity(world, "A", "fuel_station"),
        "organisation": world.units["A"],
        "body": "enforcement",
        "authority": "",
        "ground": "举报加油机短量",
        "filed_on": made.ago(5),
        "legal_basis": "",
    } | more


def filed(world, **more) -> Case:
    return file_case(actor=world.people["staff"], data=case_data(world, **more))


def referral(**more):
    given = {"number": "案1", "body": "enforcement", "authority": "", "filed_on": made.today()}
    return given | {"legal_basis": ""} | more


def fields(error) -> set[str]:
    return set(error.value.message_dict)


def test_a_complaint_becomes_a_case_without_a_finding(world):
    case = filed(world)
    assert (case.state, case.finding, case.source) == ("filed", None, "complaint")
    with pytest.raises(PermissionDenied):
        file_case(actor=world.people["clerk"], data=case_data(world, number="2"))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ground": ""}, "ground"),
        ({"number": ""}, "number"),
        ({"filed_on": made.today() + timedelta(days=1)}, "filed_on"),
        ({"source": "inspection"}, "source"),
        ({"source": "rumour"}, "source"),
        ({"unit": "B"}, "entity"),
    ],
)
def test_a_case_that_lacks_something_is_refused_at_the_field(world, more, field):
    if unit := dict(more).pop("unit", None):
        more = {"organisation": world.units[unit]}
    with pytest.raises(ValidationError) as error:
        filed(world, **more)
    assert fields(error) == {field}


def test_a_number_is_given_once(world):
    filed(world)
    with pytest.raises(ValidationError) as error:
        filed(world)
    assert fields(error) == {"number"}


def test_a_case_is_decided_and_closed_on_its_days(world):
    staff, case = world.people["staff"], filed(world)
    decision = {"decision_no": "罚1号", "decided_on": made.ago(3), "fine": Decimal("2000.50")}
    case = move_case(actor=staff, case=case, to="decided", **decision)
    with pytest.raises(ValidationError) as error:
        move_case(actor=staff, case=case, to="closed", on=made.ago(4))
    assert fields(error) == {"on"}
    case = move_case(actor=staff, case=case, to="closed", on=made.ago(1), result="罚款已缴")
    assert (case.closed_on, case.result, case.fine) == (
        made.ago(1),
        "罚款已缴",
        Decimal("2000.50"),
    )


def test_a_case_is_withdrawn_with_its_reason_alone(world):
    staff, case = world.people["staff"], filed(world)
    with pytest.raises(ValidationError) as error:
        move_case(actor=staff, case=case, to="withdrawn")
    assert fields(error) == {"result"}
    case = move_case(actor=staff, case=case, to="withdrawn", result="查无实据")
    assert case.closed_on == made.today()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"number": ""}, "number"),
        ({"body": "other"}, "authority"),
        ({"body": "nobody"}, "body"),
        ({"filed_on": made.today() + timedelta(days=1)}, "filed_on"),
        ({"filed_on": made.ago(11)}, "filed_on"),
    ],
)
def test_a_referral_has_a_body_a_number_and_a_possible_day(world, more, field):
    finding = made.ordered(world)
    with pytest.raises(ValidationError) as error:
        refer_finding(actor=world.people["clerk"], finding=finding, data=referral(**more))
    assert fields(error) == {field}
    finding.refresh_from_db()
    assert (finding.state, Case.objects.count()) == ("ordered", 0)


def test_the_form_of_a_referral_asks_for_number_and_day(world, client):
    finding = made.ordered(world)
    client.force_login(world.people["clerk"])
    address = reverse("supervision:finding-refer", args=[finding.pk])
    response = client.post(address, {"refer-body": "police", "refer-version": 1})
    assert response.status_code == 422
    assert set(response.context["refer_form"].errors) == {"number", "filed_on"}


def test_what_went_to_enforcement_goes_on_to_the_police_and_nowhere_twice(world):
    clerk, finding = world.people["clerk"], made.ordered(world)
    refer_finding(actor=clerk, finding=finding, data=referral())
    with pytest.raises(ValidationError) as error:
        refer_finding(actor=clerk, finding=finding, data=referral(number="案2"))
    assert fields(error) == {"body"}
    refer_finding(actor=clerk, finding=finding, data=referral(number="公1", body="police"))
    assert [case.body for case in finding.cases.order_by("pk")] == ["enforcement", "police"]
    finding = recheck_finding(actor=clerk, finding=finding, on=made.today(), rectified=True)
    assert finding.state == "verified"


def test_a_case_is_filed_on_its_page_found_by_source_and_exported(world, client):
    client.force_login(world.people["staff"])
    data = case_data(world)
    sent = data | {"entity": data["entity"].number, "organisation": world.units["A"].code}
    address = reverse("supervision:case-create")
    refused = client.post(address, sent | {"ground": ""})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"ground"}
    response = client.post(address, sent)
    case = Case.objects.get()
    assert response.url == reverse("supervision:case-detail", args=[case.pk])
    assert "举报加油机短量" in client.get(response.url).content.decode()
    listed = client.get(reverse("supervision:case-list"), {"source": "complaint"})
    assert listed.context["page"].paginator.count == 1
    file = client.get(reverse("supervision:case-export"), {"format": "json"})
    assert "举报加油机短量" in b"".join(file).decode()
    assert client.get("/api/v1/cases/", {"source": "transfer"}).json()["results"] == []
