"""Signing in, the lock after wrong attempts, passwords, language."""

import pytest
from django.urls import reverse

from metroplan.audit.models import AuditEvent
from metroplan.organisations.models import User
from tests.world import PASSWORD

NEW_PASSWORD = "another-long-password"


@pytest.fixture
def clerk(world) -> User:
    clerk = world.people["clerk"]
    clerk.set_password(PASSWORD)
    clerk.save()
    return clerk


def sign_in(client, username: str, password: str):
    return client.post(reverse("organisations:login"), {"username": username, "password": password})


def test_right_password_leads_to_the_start_page_and_is_logged(client, clerk):
    response = sign_in(client, "clerk", PASSWORD)
    assert response.headers["Location"] == reverse("dashboards:home")
    assert AuditEvent.objects.filter(action="session.started", actor="clerk").count() == 1


def test_wrong_password_says_what_to_do_and_is_logged(client, clerk):
    response = sign_in(client, "clerk", "wrong")
    assert response.status_code == 422
    assert response.context["form"].non_field_errors()
    assert AuditEvent.objects.get(action="session.refused").object_label == str(clerk)


def test_unknown_and_closed_accounts_get_the_same_answer_as_a_wrong_password(client, clerk):
    clerk.is_active = False
    clerk.save()
    closed = sign_in(client, "clerk", PASSWORD)
    unknown = sign_in(client, "nobody-here", PASSWORD)
    errors = [answer.context["form"].non_field_errors() for answer in (closed, unknown)]
    assert errors[0] == errors[1]


def test_five_wrong_passwords_lock_the_account(client, clerk):
    for _attempt in range(5):
        response = sign_in(client, "clerk", "wrong")
    assert response.status_code == 429
    assert sign_in(client, "clerk", PASSWORD).status_code == 429


def test_sign_out_needs_a_post(client, clerk):
    client.force_login(clerk)
    assert client.get(reverse("organisations:logout")).status_code == 405
    client.post(reverse("organisations:logout"))
    assert client.get(reverse("organisations:profile")).status_code == 302


@pytest.mark.parametrize("name", ["profile", "organisation-list", "account-list"])
def test_pages_ask_for_a_login(client, db, name):
    response = client.get(reverse(f"organisations:{name}"))
    assert response.headers["Location"].startswith(reverse("organisations:login"))


def test_own_password_can_be_changed_and_the_session_goes_on(client, clerk):
    client.force_login(clerk)
    response = client.post(
        reverse("organisations:password-change"),
        {
            "old_password": PASSWORD,
            "new_password1": NEW_PASSWORD,
            "new_password2": NEW_PASSWORD,
        },
    )
    assert response.headers["Location"] == reverse("organisations:profile")
    assert client.get(reverse("organisations:profile")).status_code == 200
    clerk.refresh_from_db()
    assert clerk.check_password(NEW_PASSWORD)


def test_short_password_is_refused(client, clerk):
    client.force_login(clerk)
    response = client.post(
        reverse("organisations:password-change"),
        {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"},
    )
    assert response.status_code == 422
    assert response.context["form"].errors["new_password2"]


def test_chinese_is_the_default_whatever_the_browser_says(client, db):
    response = client.get(reverse("organisations:login"), headers={"accept-language": "en-US"})
    assert '<html lang="zh-hans">' in response.content.decode()


def test_the_switch_changes_the_language_of_a_visitor(client, db):
    client.post(reverse("organisations:language"), {"language": "en", "next": "/login/"})
    response = client.get(reverse("organisations:login"))
    assert '<html lang="en">' in response.content.decode()
