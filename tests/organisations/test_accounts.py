"""Accounts: kept by the system administrator, given rights by the security administrator."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metroplan.audit.models import AuditEvent
from metroplan.organisations.models import User
from metroplan.organisations.services import accounts

NEW_PASSWORD = "another-long-password"


def fields(world, unit: str = "A", **more) -> dict[str, str]:
    return {"organisation": world.units[unit].code, "post_zh": "新岗", "is_active": "on"} | more


def url(name: str, account: User) -> str:
    return reverse(f"organisations:{name}", args=[account.pk])


@pytest.fixture
def as_person(client, world):
    def enter(name: str):
        client.force_login(world.people[name])
        return client

    return enter


def test_new_account_has_no_role_and_a_link_to_set_the_password(as_person, world, client):
    answer = as_person("system_admin").post(
        reverse("organisations:account-create"), fields(world, username="new")
    )
    account = User.objects.get(username="new")
    assert (account.role, account.has_usable_password()) == ("", False)
    client.logout()
    form = client.get(answer.context["link"], follow=True)
    assert form.context["validlink"]
    client.post(
        form.redirect_chain[-1][0],
        {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD},
    )
    account.refresh_from_db()
    assert account.check_password(NEW_PASSWORD)
    assert not client.get(answer.context["link"]).context["validlink"]


def test_taken_username_is_refused_on_the_form(as_person, world):
    answer = as_person("system_admin").post(
        reverse("organisations:account-create"), fields(world, username="clerk")
    )
    assert answer.status_code == 422


def test_unit_outside_the_area_is_unknown(as_person, world):
    world.people["system_admin"].organisation = world.units["C1"]
    world.people["system_admin"].save()
    answer = as_person("system_admin").post(
        reverse("organisations:account-create"), fields(world, "D", username="new")
    )
    assert answer.context["form"].errors["organisation"]


def test_change_is_logged_with_the_values_before_and_after(as_person, world):
    clerk = world.people["clerk"]
    as_person("system_admin").post(url("account-detail", clerk), fields(world, post_zh="改岗"))
    event = AuditEvent.objects.get(action="account.changed")
    assert event.data["after"]["post_zh"] == "改岗"
    assert event.data["before"]["post_zh"] == "clerk岗"
    assert event.actor == "system_admin"


def test_move_to_another_unit_takes_the_role_away(as_person, world):
    clerk = world.people["clerk"]
    as_person("system_admin").post(url("account-detail", clerk), fields(world, "P"))
    clerk.refresh_from_db()
    assert (clerk.organisation, clerk.role) == (world.units["P"], "")


def test_unchanged_account_leaves_no_log_row(world):
    clerk = world.people["clerk"]
    accounts.change_account(
        actor=world.people["system_admin"],
        account=clerk,
        organisation=clerk.organisation,
        is_active=True,
        post_zh=clerk.post_zh,
        post_en=clerk.post_en,
        email=clerk.email,
    )
    assert not AuditEvent.objects.filter(action="account.changed").exists()


def test_nobody_closes_their_own_account(as_person, world):
    admin = world.people["system_admin"]
    answer = as_person("system_admin").post(
        url("account-detail", admin), fields(world, "P", is_active="")
    )
    assert answer.status_code == 409
    admin.refresh_from_db()
    assert admin.is_active


def test_security_administrator_grants_a_role(as_person, world):
    clerk = world.people["clerk"]
    as_person("security_admin").post(url("account-role", clerk), {"role": "reviewer"})
    clerk.refresh_from_db()
    assert clerk.role == "reviewer"
    event = AuditEvent.objects.get(action="account.role_granted")
    assert event.data == {"before": {"role": "reporter"}, "after": {"role": "reviewer"}}


def test_reset_ends_the_old_password_and_the_open_sessions(as_person, client, world):
    clerk = world.people["clerk"]
    clerk.set_password(NEW_PASSWORD)
    clerk.save()
    other = type(client)()
    other.force_login(clerk)
    as_person("system_admin").post(url("account-password-reset", clerk))
    clerk.refresh_from_db()
    assert not clerk.has_usable_password()
    assert other.get(reverse("organisations:profile")).status_code == 302


@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        ("system_admin", "account-role", 403),
        ("auditor", "account-role", 403),
        ("clerk", "account-role", 404),
        ("security_admin", "account-detail", 403),
        ("auditor", "account-detail", 403),
        ("security_admin", "account-password-reset", 403),
        ("staff", "account-password-reset", 403),
    ],
)
def test_posts_without_the_right_are_refused(as_person, world, person, name, status):
    answer = as_person(person).post(url(name, world.people["city_leader"]), {"role": "staff"})
    assert answer.status_code == status


def test_nobody_changes_their_own_role(as_person, world):
    answer = as_person("security_admin").post(
        url("account-role", world.people["security_admin"]), {"role": "system_admin"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("person", "status"),
    [("system_admin", 200), ("security_admin", 200), ("auditor", 200), ("staff", 403)],
)
def test_list_is_for_the_three_administrators(as_person, person, status):
    assert as_person(person).get(reverse("organisations:account-list")).status_code == status


def test_list_is_cut_to_the_area_and_filtered(as_person, world):
    page = as_person("auditor").get(
        reverse("organisations:account-list"), {"role": "reporter", "q": "neigh"}
    )
    assert [account.username for account in page.context["page"]] == ["neighbour"]


def test_list_asks_the_same_number_of_queries_however_long(
    as_person, world, django_assert_num_queries
):
    page = reverse("organisations:account-list")
    enter = as_person("auditor")
    enter.get(page)
    with CaptureQueriesContext(connection) as few:
        enter.get(page)
    for number in range(20):
        accounts.create_account(
            actor=world.people["system_admin"],
            username=f"more{number}",
            organisation=world.units["A"],
            post_zh="岗",
        )
    with django_assert_num_queries(len(few)):
        enter.get(page)


def test_tree_shows_the_unit_and_what_is_below(as_person, world):
    page = as_person("city_leader").get(reverse("organisations:organisation-list"))
    text = page.content.decode()
    assert all(world.units[key].name_zh in text for key in ("C1", "A", "B"))
    assert world.units["D"].name_zh not in text


def test_search_answers_a_partial_update_with_the_rows_only(as_person, world):
    page = as_person("leader").get(
        reverse("organisations:organisation-list"), {"q": "C1"}, headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert world.units["C1"].name_zh in text
    assert not re.search("<html", text)


def test_unit_outside_the_area_is_not_found(as_person, world):
    outside = reverse("organisations:organisation-detail", args=[world.units["D"].code])
    assert as_person("city_leader").get(outside).status_code == 404
    assert as_person("leader").get(outside).status_code == 200
