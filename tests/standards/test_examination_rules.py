"""The page on which staff say how long certificates last and when to remind."""

import pytest
from django.urls import reverse

from metroplan.audit.models import AuditEvent
from standards.models import ExaminationRule
from standards.services.examination_rules import load_examination_rules

GIVEN = {
    "effective_from": "2027-01-01",
    "validity_months": "72",
    "window_months": "3",
    "reminder_months": "12、6，1",
    "document": "公告第1号",
}


@pytest.fixture
def page(world, client, tmp_path):
    load_examination_rules(tmp_path)

    def send(person="staff", **data):
        client.force_login(world.people[person])
        address = reverse("standards:examination-rules")
        return client.post(address, data) if data else client.get(address)

    return send


def test_staff_at_the_top_enter_a_rule_that_holds_from_a_day_on(page):
    assert "JJF 1033-2023" in page().content.decode()
    assert page(**GIVEN).status_code == 302
    rule = ExaminationRule.objects.get(effective_from="2027-01-01")
    assert (rule.validity_months, rule.reminder_months) == (72, [12, 6, 1])
    assert AuditEvent.objects.filter(action="examination.rule_set").exists()


@pytest.mark.parametrize(
    ("field", "value"), [("reminder_months", "often"), ("reminder_months", ","), ("document", "")]
)
def test_what_cannot_be_is_refused_at_its_field(page, field, value):
    response = page(**GIVEN | {field: value})
    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_others_read_it_and_have_no_form(page):
    assert '<form class="card"' not in page("reviewer").content.decode()
    assert page("reviewer", **GIVEN).status_code == 403
