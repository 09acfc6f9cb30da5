"""Institutes, authorisations, staff and assessors: entered, changed, refused at the field."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from indicators.models import RegisterDue
from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.common.uscc import check_character
from standards.models import Institute, StaffCount
from standards.services.examination_rules import load_examination_rules, rule_on, save_rule
from standards.services.institutes import (
    remove_staff_count,
    save_assessor,
    save_authorization,
    save_institute,
    save_staff_count,
)
from tests.standards.register import day, institute
from tests.world import add_person

BODY = "12430600MB1234567"
CODE = BODY + check_character(BODY)


def entered(world, person="staff", **fields):
    data = {
        "code": "I-1",
        "name": "C1计量所",
        "kind": "statutory",
        "organisation": world.units["C1"],
        "uscc": CODE,
        "established_on": day("2015-06-01"),
    } | fields
    return save_institute(actor=world.people[person], data=data)


def refused(call, **kwargs):
    with pytest.raises(ValidationError) as error:
        call(**kwargs)
    return set(error.value.message_dict)


def authorization(world, holder, **fields):
    data = {
        "form": "public_standard",
        "number": "授字1号",
        "scope": "压力表检定",
        "issued_by": "C1市监局",
        "valid_from": day("2020-01-01"),
        "valid_until": day("2024-12-31"),
    } | fields
    return save_authorization(actor=world.people["staff"], institute=holder, data=data)


def assessor(world, holder, **fields):
    data = {
        "certificate_no": "考1",
        "subject": "standards",
        "grade": "provincial",
        "valid_from": day("2021-04-01"),
        "valid_until": day("2026-03-31"),
    } | fields
    return save_assessor(actor=world.people["staff"], institute=holder, data=data)


def dues():
    found = {str(due.since) for due in RegisterDue.objects.all()}
    RegisterDue.objects.all().delete()
    return found


def test_an_institute_is_entered_and_changed_by_who_keeps_its_unit(world):
    kept = entered(world, uscc=CODE.lower())
    assert (kept.uscc, kept.version) == (CODE, 1)
    add_person(world, "county_staff", "A", "staff")
    with pytest.raises(PermissionDenied):
        entered(world, "county_staff", code="I-2", uscc="")
    save_institute(actor=world.people["staff"], institute=kept, data={"address": "某路1号"})
    event = AuditEvent.objects.get(action="institute.changed")
    assert event.data["after"] == {"address": "某路1号"}
    with pytest.raises(MetroplanError) as error:
        save_institute(
            actor=world.people["staff"], institute=kept, data={"name": "乙"}, expected_version=1
        )
    assert error.value.status == 409


def test_a_wrong_credit_code_days_in_the_wrong_order_and_a_code_twice_are_refused(world):
    entered(world)
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    assert refused(entered, world=world, code="I-2", uscc=wrong) == {"uscc"}
    assert refused(entered, world=world, code="I-2") == {"uscc"}
    assert refused(entered, world=world, uscc="") == {"code"}
    closed = {"code": "I-2", "uscc": "", "closed_on": day("2015-06-01")}
    assert refused(entered, world=world, **closed) == {"closed_on"}


def test_figures_are_told_from_the_day_on_which_an_institute_counts_otherwise(world):
    kept = entered(world)
    assert dues() == {"2015Q2"}
    save_institute(
        actor=None, institute=kept, data={"closed_on": day("2023-08-01"), "address": "某路"}
    )
    assert dues() == {"2023Q3"}
    save_institute(actor=None, institute=kept, data={"kind": "authorised"})
    assert dues() == {"2015Q2"}
    save_institute(actor=None, institute=kept, data={"address": "另一路"})
    assert dues() == set()


def test_an_authorisation_has_a_number_of_its_own_and_ends_after_it_begins(world):
    holder = institute(world)
    authorization(world, holder)
    assert refused(authorization, world=world, holder=holder) == {"number"}
    late = {"number": "授字2号", "valid_until": day("2019-12-31")}
    assert refused(authorization, world=world, holder=holder, **late) == {"valid_until"}
    authorization(world, holder, number="授字2号", valid_until=day("2020-01-01"))
    holder.refresh_from_db()
    assert holder.version == 3


def test_assessors_and_staff_are_told_to_the_figures(world):
    holder = institute(world)
    assessor(world, holder)
    assert dues() == {"2021Q2"}
    assert refused(assessor, world=world, holder=holder) == {"certificate_no"}
    given = {"actor": None, "institute": holder, "qualification": "all"}
    first = save_staff_count(as_of=day("2022-12-31"), count=20, **given)
    assert dues() == {"2022Q4"}
    again = save_staff_count(as_of=day("2022-12-31"), count=21, **given)
    assert (first.pk, again.count) == (again.pk, 21)
    dues()
    remove_staff_count(actor=None, staff=again)
    assert dues() == {"2022Q4"}
    assert not StaffCount.objects.exists()


def test_the_rules_of_examinations_are_data_with_a_day(world, tmp_path):
    assert load_examination_rules(tmp_path) == 2
    assert load_examination_rules(tmp_path) == 0
    months = [rule_on(day(text)).validity_months for text in ("2019-01-01", "2023-09-15")]
    assert months == [48, 60]
    assert rule_on(day("1999-01-01")) is None
    new = {
        "effective_from": day("2027-01-01"),
        "validity_months": 72,
        "window_months": 3,
        "reminder_months": [3, 12, 3],
        "document": "公告",
    }
    kept = save_rule(actor=world.people["staff"], **new)
    assert (rule_on(day("2027-01-01")), kept.reminder_months) == (kept, [12, 3])
    with pytest.raises(PermissionDenied):
        save_rule(actor=world.people["reviewer"], **new)
    assert Institute.objects.count() == 0
