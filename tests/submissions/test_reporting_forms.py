"""Forms kept in the browser: who fills them, when they are due, who reviews."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from indicators.models import DirtyMark
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Notice, Organisation
from metroplan.submissions.models import FormUnit, ReportingForm, Submission
from metroplan.submissions.reporting import reporting_units, review_chain
from metroplan.submissions.selectors.forms import form_detail
from metroplan.submissions.services import forms as services
from metroplan.submissions.services.forms import FormValues
from metroplan.submissions.services.opening import open_due_quarters, open_form
from tests.submissions.quarter import opened, uploaded

Q = Period.parse("2022Q4")
VALUES = FormValues(
    name_zh="市级季报",
    name_en="City form",
    level="city",
    owner_fills=False,
    opens=Period.parse("2022Q1"),
)
SENT = {
    "code": "city-2022",
    "kind": "figures",
    "owner": "900000",
    "name_zh": "市级季报",
    "name_en": "City form",
    "level": "city",
    "opens": "2022Q1",
    "closes": "",
    "deadline_working_days": "10",
    "review_levels": ["city"],
    "reminders-TOTAL_FORMS": "2",
    "reminders-INITIAL_FORMS": "0",
    "reminders-0-days": "3",
    "reminders-0-when": "before",
    "reminders-0-to": "unit",
    "reminders-1-days": "",
    "reminders-1-when": "after",
    "reminders-1-to": "owner",
}


def names(units) -> set[str]:
    return {unit.name_en for unit in units}


def change(world, **values) -> ReportingForm:
    known = {name: getattr(world.form, name) for name in FormValues.__slots__}
    return services.change_form(
        form=world.form,
        actor=world.people["staff"],
        values=FormValues(**known | values),
        reminders=[],
    )


def set_unit(world, unit: str, fills: bool | None) -> None:
    services.set_unit(
        form=world.form, actor=world.people["staff"], unit=world.units[unit], fills=fills
    )


def test_staff_make_a_form_in_the_browser(world, as_person):
    answer = as_person("staff").post(reverse("submissions:form-create"), SENT)
    assert answer.status_code == 302
    form = ReportingForm.objects.get(code="city-2022")
    assert (form.level, form.deadline_working_days, form.review_levels) == ("city", 10, ["city"])
    assert [(row.days, row.to) for row in form.reminders.all()] == [(3, "unit")]
    assert names(reporting_units(form, Q)) == {"Unit C1", "Unit C2"}
    assert AuditEvent.objects.filter(action="form.created").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "test-plan-county"), ("closes", "2021Q4"), ("opens", "soon"), ("owner", "000000")],
)
def test_what_does_not_fit_is_told_at_its_field_and_nothing_is_stored(
    world, as_person, field, value
):
    answer = as_person("staff").post(reverse("submissions:form-create"), SENT | {field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert ReportingForm.objects.count() == 1


def test_a_change_is_logged_with_what_changed_alone(world, as_person):
    sent = {name: value for name, value in SENT.items() if name not in ("code", "kind", "owner")}
    sent |= {"name_zh": "测试季报", "name_en": "Test quarterly form", "level": "county"}
    sent |= {"opens": "2021Q1", "review_levels": []}
    answer = as_person("staff").post(
        reverse("submissions:form-detail", args=[world.form.code]), sent
    )
    assert answer.status_code == 302
    event = AuditEvent.objects.get(action="form.changed")
    assert event.data["before"] == {"deadline_working_days": 15, "reminders": []}
    assert event.data["after"] == {"deadline_working_days": 10, "reminders": ["3 unit"]}


def test_saving_without_a_change_logs_nothing(world):
    change(world)
    assert not AuditEvent.objects.filter(action="form.changed").exists()


def test_an_exception_takes_a_unit_out_or_in(world):
    set_unit(world, "B", False)
    set_unit(world, "C2", True)
    assert names(reporting_units(world.form, Q)) == {"Unit A", "Unit D", "Unit C2"}
    set_unit(world, "B", None)
    assert "Unit B" in names(reporting_units(world.form, Q))
    assert AuditEvent.objects.filter(action="form.unit_set").count() == 3


def test_the_owner_may_be_taken_in_by_name(world):
    set_unit(world, "P", True)
    assert "Unit P" in names(reporting_units(world.form, Q))


def test_a_unit_of_another_owner_is_refused(world):
    world.form.owner = world.units["C1"]
    world.form.save()
    with pytest.raises(MetroplanError) as caught:
        set_unit(world, "D", True)
    assert caught.value.code == "form.unit_elsewhere"
    assert not FormUnit.objects.exists()


def test_an_exception_takes_back_what_nobody_has_begun(world):
    kept = opened(world, "A")
    uploaded(world, kept)
    set_unit(world, "A", False)
    set_unit(world, "B", False)
    left = Submission.objects.values_list("organisation__name_en", flat=True)
    assert set(left) == {"Unit A", "Unit D"}
    assert Notice.objects.get(user=world.people["neighbour"]).read_at is not None


def test_who_is_asked_is_computed_anew(world):
    DirtyMark.objects.all().delete()
    set_unit(world, "B", False)
    marked = set(DirtyMark.objects.values_list("organisation__name_en", flat=True))
    assert {"Unit B", "Unit C1", "Unit P"} <= marked


def test_the_chain_is_cut_to_the_levels_that_review_and_the_owner(world):
    submission = opened(world, "A")
    assert names(review_chain(submission)) == {"Unit C1", "Unit P"}
    submission.form.review_levels = ["county"]
    assert names(review_chain(submission)) == {"Unit P"}
    submission.form.review_levels = ["city"]
    assert [unit.name_en for unit in review_chain(submission)] == ["Unit C1", "Unit P"]


def test_an_open_quarter_keeps_its_due_day(world):
    submission = opened(world)
    change(world, deadline_working_days=5)
    submission.refresh_from_db()
    assert submission.due_on == date(2023, 1, 28)


def test_next_due_days_follow_the_calendar(world):
    form = change(world, deadline_working_days=5)
    quarters = {row.period: row for row in form_detail(form, newest=Q).quarters}
    # 3, 4, 6, 7 and 10 April 2023: Qingming is on the 5th.
    assert quarters[Q + 1].due_on == date(2023, 4, 10)
    assert quarters[Q + 1].opens_on == date(2023, 4, 1)


def test_staff_open_a_quarter_by_hand(world, as_person):
    client = as_person("staff")
    address = reverse("submissions:form-open", args=[world.form.code])
    assert client.post(address, {"period": "2022Q3"}).status_code == 302
    assert Submission.objects.filter(period=Period.parse("2022Q3")).count() == 3
    assert client.post(address, {"period": "2099Q4"}).status_code == 409
    assert client.post(address, {"period": "2020Q4"}).status_code == 409
    assert AuditEvent.objects.filter(action="form.quarter_opened").count() == 1


def test_a_form_that_asks_for_nothing_is_not_opened(world, as_person):
    world.form.form_measures.all().delete()
    address = reverse("submissions:form-open", args=[world.form.code])
    response = as_person("staff").post(address, {"period": "2022Q3"})
    assert response.context["problem"].code == "form.asks_for_nothing"
    assert open_due_quarters(today=date(2023, 1, 5)).count == 0
    assert not Submission.objects.exists()


def test_missed_quarters_open_after_a_standstill(world):
    open_form(form=world.form, period=Period.parse("2022Q1"))
    opening = open_due_quarters(today=date(2023, 1, 5))
    assert (opening.count, opening.since) == (9, Period.parse("2022Q2"))
    assert open_due_quarters(today=date(2023, 1, 5)).count == 0


def test_a_form_that_never_opened_has_missed_nothing(world):
    assert open_due_quarters(today=date(2023, 1, 5)).count == 3


def test_staff_of_another_area_keep_no_form(world):
    unit: Organisation = world.units["P"]
    with pytest.raises(PermissionDenied):
        services.create_form(
            actor=world.people["city_leader"],
            code="mine",
            kind="figures",
            owner=unit,
            values=VALUES,
        )


def test_the_exception_is_made_on_the_page(world, as_person):
    client = as_person("staff")
    address = reverse("submissions:form-unit", args=[world.form.code])
    code = world.units["B"].code
    assert client.post(address, {"unit": code, "fills": "no"}).status_code == 302
    assert FormUnit.objects.get().fills is False
    assert client.post(address, {"unit": code, "fills": ""}).status_code == 302
    assert not FormUnit.objects.exists()
