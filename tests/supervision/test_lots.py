"""Lots of prepackages: entered, judged, judged again, published; their pages and files."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from supervision.models import Lot, SamplingPlan, ToleranceTable
from supervision.rules.net_content import Reading, SamplingLine
from supervision.selectors.content_tables import editions_on
from supervision.services.content_tables import enter_plan, enter_tolerance
from supervision.services.content_verify import wrong_lots
from supervision.services.lots import judge_again, publish_lot, save_lot
from supervision.services.net_content_reference import load_net_content
from tests.supervision.content import LABELS, SAMPLING, TOLERANCE, around
from tests.supervision.counted import add_entity

REFERENCE = Path(settings.BASE_DIR) / "fixtures" / "reference"
D = Decimal


@pytest.fixture(autouse=True)
def tables(db):
    load_net_content(REFERENCE)


def given(world, at="A", **more):
    entity = more.pop("entity", None) or add_entity(world, at)
    return {
        "number": "",
        "inspection": None,
        "campaign": None,
        "organisation": world.units[at],
        "entity": entity,
        "commodity": "面粉",
        "product": "面粉100g",
        "maker": "",
        "batch_no": "",
        "sampled_on": date(2023, 5, 1),
        "quantity_kind": "mass",
        "nominal": D(100),
        "unit": "g",
        "lot_size": 60,
        "sample_size": 13,
        "tare": None,
        "label_unit": "g",
        "label_height": D(3),
        "label_complete": True,
    } | more


def nets(values):
    return [Reading(net=D(value)) for value in values]


def entered(world, readings=(), person="staff", **more) -> Lot:
    return save_lot(actor=world.people[person], data=given(world, **more), readings=readings)


def test_the_tables_are_loaded_as_printed_and_once(world):
    held = editions_on(date(2023, 5, 1))
    assert held.tables.sampling == SAMPLING
    assert set(held.tables.tolerance) == set(TOLERANCE)
    assert set(LABELS) <= set(held.labels)
    assert load_net_content(REFERENCE) == 0


def test_a_lot_gets_a_number_both_verdicts_and_its_editions(world):
    lot = entered(world, nets(around("99.2", 13)))
    assert lot.number == f"NC-{world.units['A'].code}-0001"
    assert (lot.label_passed, lot.quantity_passed) == (True, True)
    assert lot.plan.edition == "JJF 1070-2005"
    assert lot.readings.count() == 13
    event = AuditEvent.objects.get(action="lot.added")
    assert event.data["after"]["quantity_passed"] is True
    assert not list(wrong_lots())


def test_what_is_not_measured_is_not_judged(world):
    lot = entered(world, label_complete=None)
    assert (lot.label_passed, lot.quantity_passed) == (None, None)


def test_each_verdict_stands_for_itself(world):
    lot = entered(world, nets(["90"] * 13))
    assert (lot.label_passed, lot.quantity_passed) == (True, False)
    lot = entered(world, nets(around("99.2", 13)), label_unit="kg")
    assert (lot.label_passed, lot.quantity_passed) == (False, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sample_size": 12}, "sample_size"),
        ({"sample_size": 70}, "sample_size"),
        ({"nominal": D(60), "unit": "kg"}, "nominal"),
        ({"unit": "mL"}, "unit"),
        ({"sampled_on": date(2001, 1, 1)}, "sampled_on"),
    ],
)
def test_a_lot_that_the_rules_refuse_is_refused_at_its_field(world, change, field):
    with pytest.raises(ValidationError) as refused:
        entered(world, **change)
    assert set(refused.value.message_dict) == {field}
    assert not Lot.objects.exists()


def test_a_change_is_judged_anew_and_one_made_meanwhile_is_not_overwritten(world):
    lot = entered(world, nets(["101"] * 13))
    order = {"actor": world.people["staff"], "lot": lot, "expected_version": 1}
    data = given(world, entity=lot.entity, number=lot.number)
    lot = save_lot(data=data, readings=nets(["90"] * 13), **order)
    assert (lot.quantity_passed, lot.version) == (False, 2)
    with pytest.raises(MetroplanError) as stale:
        save_lot(data=data, readings=nets(["101"] * 13), **order)
    assert stale.value.code == "register.changed"
    changed = AuditEvent.objects.get(action="lot.changed")
    assert changed.data["after"] == {"quantity_passed": False}


def test_who_inspects_records_and_staff_publish(world):
    lot = entered(world, nets(["101"] * 13), person="clerk")
    with pytest.raises(PermissionDenied):
        entered(world, person="leader")
    with pytest.raises(PermissionDenied):
        entered(world, person="neighbour")
    with pytest.raises(PermissionDenied):
        publish_lot(actor=world.people["clerk"], lot=lot, on=date(2023, 6, 1))
    lot = publish_lot(actor=world.people["staff"], lot=lot, on=date(2023, 6, 1))
    assert lot.published_on == date(2023, 6, 1)
    unjudged = entered(world, label_complete=None)
    with pytest.raises(ValidationError):
        publish_lot(actor=world.people["staff"], lot=unjudged, on=date(2023, 6, 1))


def enter(world, rows=SAMPLING, day=date(2024, 10, 12), edition="JJF 1070-2023"):
    return enter_plan(
        actor=world.people["staff"], edition=edition, effective_from=day, note="", rows=rows
    )


def test_a_lot_after_the_2005_plan_says_so_until_the_new_table_is_loaded(world, client):
    early = entered(world, nets(["101"] * 13), sampled_on=date(2024, 10, 11))
    late = entered(world, nets(["101"] * 13), sampled_on=date(2024, 10, 12))
    client.force_login(world.people["leader"])

    def detail(lot):
        return client.get(reverse("supervision:lot-detail", args=[lot.pk])).context["detail"]

    assert detail(early).judgement.superseded == ""
    assert detail(late).judgement.superseded == "JJF 1070-2023"
    enter(world)
    assert detail(late).newer
    assert not detail(early).newer
    client.force_login(world.people["staff"])
    client.post(reverse("supervision:lot-judge", args=[late.pk]))
    assert detail(late).judgement.superseded == ""
    late.refresh_from_db()
    assert late.plan.edition == "JJF 1070-2023"


def test_a_lot_whose_sample_the_new_plan_does_not_know_cannot_be_judged_again(world):
    lot = entered(world, nets(["101"] * 13), sampled_on=date(2024, 10, 12))
    rows = (SamplingLine(1, 10, None, None, 0, 0), SamplingLine(11, None, 10, D("1.028"), 0, 0))
    enter(world, rows)
    with pytest.raises(ValidationError) as refused:
        judge_again(actor=world.people["staff"], lot=lot)
    assert set(refused.value.message_dict) == {"sample_size"}


def test_only_staff_at_the_top_enter_tables_and_a_gap_is_refused(world):
    with pytest.raises(PermissionDenied):
        enter_plan(
            actor=world.people["leader"],
            edition="x",
            effective_from=date(2024, 1, 1),
            note="",
            rows=SAMPLING,
        )
    with pytest.raises(ValidationError) as refused:
        enter(world, SAMPLING[1:])
    assert set(refused.value.message_dict) == {"rows"}
    with pytest.raises(ValidationError) as refused:
        enter(world, edition="JJF 1070-2005")
    assert set(refused.value.message_dict) == {"edition"}


def test_an_edition_that_rounds_up_makes_t_larger_from_its_day_on(world):
    """4.5 % of 101 g is 4.545 g: to the nearest 4.5 g, upwards 4.6 g."""
    order = {"nominal": D(101), "lot_size": 5, "sample_size": 5}
    readings = nets(["101"] * 4 + ["96.42"])
    before = entered(world, readings, sampled_on=date(2023, 12, 31), **order)
    enter_tolerance(
        actor=world.people["staff"],
        edition="up",
        effective_from=date(2024, 1, 1),
        rounding="up",
        note="",
        copied=ToleranceTable.objects.get(),
    )
    after = entered(world, readings, sampled_on=date(2024, 1, 1), **order)
    assert (before.quantity_passed, after.quantity_passed) == (False, True)
    assert not list(wrong_lots())


def typed(world, **more):
    values = given(world, **more)
    for name in ("inspection", "campaign", "tare"):
        values[name] = ""
    values |= {"organisation": values["organisation"].code, "entity": values["entity"].number}
    return values | {"label_complete": "yes", "gross": [""] * 13, "net": ["101"] * 13}


def test_a_lot_is_entered_and_changed_on_the_pages(world, client):
    client.force_login(world.people["clerk"])
    create = reverse("supervision:lot-create")
    response = client.post(create, typed(world) | {"sample_size": ""})
    lot = Lot.objects.get()
    assert response["Location"] == reverse("supervision:lot-detail", args=[lot.pk])
    assert (lot.sample_size, lot.quantity_passed) == (13, True)
    assert client.get(response["Location"]).status_code == 200
    change = reverse("supervision:lot-change", args=[lot.pk])
    values = typed(world, entity=lot.entity, number=lot.number) | {"version": 1}
    assert client.get(change).context["form"].reading_rows() == [("", "101")] * 13
    refused = client.post(change, values | {"net": ["101"] * 12 + ["x"]})
    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == {"readings"}
    assert client.post(change, values | {"product": "改名"}).status_code == 302
    assert client.post(change, values | {"product": "又改"}).status_code == 409


def test_the_preview_and_the_calculator_store_nothing(world, client):
    client.force_login(world.people["leader"])
    values = {name: value for name, value in typed(world).items() if name != "entity"}
    preview = client.post(reverse("supervision:lot-preview"), values)
    assert preview.context["judgement"].quantity.passed
    short = client.post(reverse("supervision:lot-preview"), values | {"net": ["101"] * 12})
    assert short.context["judgement"].refusals
    assert client.post(reverse("supervision:lot-preview"), {}).status_code == 200
    page = client.post(reverse("supervision:lot-calculator"), values)
    assert page.context["judgement"].label.passed
    assert not Lot.objects.exists()


def test_the_list_is_filtered_and_shows_two_rates(world, client):
    entered(world, nets(["101"] * 13), product="甲")
    entered(world, nets(["90"] * 13), product="乙", label_unit="kg", sampled_on=date(2024, 5, 1))
    entered(world, at="D", product="丙", label_complete=None)
    client.force_login(world.people["leader"])

    def shown(**query):
        return client.get(reverse("supervision:lot-list"), query).context

    def products(**query):
        return [lot.product for lot in shown(**query)["page"]]

    assert sorted(products(order="product")) == sorted(["甲", "乙", "丙"])
    assert products(quantity="failed") == ["乙"]
    assert products(label="passed") == ["甲"]
    assert products(quantity="open") == ["丙"]
    assert products(since="2024-01-01") == ["乙"]
    assert products(organisation=world.units["D"].code) == ["丙"]
    assert products(q="甲") == ["甲"]
    rates = shown()["rates"]
    assert (rates.label.passed, rates.label.judged) == (1, 2)
    assert (rates.quantity.passed, rates.quantity.judged) == (1, 2)


def test_the_exports_hold_what_the_list_shows(world, client):
    entered(world, nets(["101"] * 13), product="=1+1")
    entered(world, at="D")
    client.force_login(world.people["leader"])
    export = reverse("supervision:lot-export")
    text = client.get(export, {"q": "=1"}).content.decode()
    assert "'=1+1" in text
    assert text.count("\r\n") == 2
    rows = client.get(export, {"format": "json"}).json()["results"]
    assert sorted(row["quantity_passed"] is True for row in rows) == [False, True]
    assert client.get(export, {"format": "xlsx"}).content[:2] == b"PK"
    assert client.get(export, {"format": "exe"}).status_code == 404


def test_a_sampling_plan_is_entered_line_by_line(world, client):
    client.force_login(world.people["staff"])
    address = reverse("supervision:sampling-plan-create")
    values = {"edition": "新", "effective_from": "2024-10-12", "note": ""}
    values |= {"lines-TOTAL_FORMS": "8", "lines-INITIAL_FORMS": "0"}
    for place, row in enumerate(SAMPLING):
        for name in ("lot_min", "lot_max", "sample_size", "factor", "max_t1", "max_t2"):
            value = getattr(row, name)
            values[f"lines-{place}-{name}"] = "" if value is None else str(value)
    assert client.post(address, values | {"lines-2-lot_min": "52"}).status_code == 422
    assert client.post(address, values).status_code == 302
    assert SamplingPlan.objects.get(edition="新").rows.count() == len(SAMPLING)
    assert client.get(reverse("supervision:content-tables")).status_code == 200
