"""API tokens: made and revoked on a page, checked on every request of a client."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from metroplan.audit.models import AuditEvent
from metroplan.common.api_errors import api_exception_handler
from metroplan.organisations.models import ApiToken
from metroplan.organisations.services.tokens import create_token, digest
from metroplan.organisations.tokens import TokenAuthentication

CREATE = "organisations:token-create"
FORM = {"name": "exchange", "scope": "push", "days": "90"}


@pytest.fixture
def key(world) -> str:
    _token, key = create_token(
        user=world.people["clerk"], name="exchange", scope=ApiToken.Scope.PUSH, days=90
    )
    return key


def authenticate(header: str, method: str = "get"):
    request = getattr(APIRequestFactory(), method)("/api/v1/measures/", HTTP_AUTHORIZATION=header)
    return TokenAuthentication().authenticate(Request(request))


def test_a_key_signs_its_person_in(world, key):
    user, token = authenticate(f"Token {key}", "post")
    assert user == world.people["clerk"]
    assert token.digest == digest(key)


def test_no_token_leaves_the_request_to_the_next_scheme(db):
    assert authenticate("Basic abc") is None


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token 错"])
def test_malformed_and_unknown_keys_are_401(db, header):
    with pytest.raises(AuthenticationFailed):
        authenticate(header.encode().decode("latin-1"))


def test_expired_key_says_so(key):
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AuthenticationFailed) as refusal:
        authenticate(f"Token {key}")
    refusal.value.auth_header = "Token"
    answer = api_exception_handler(refusal.value, {})
    assert (answer.status_code, answer.data["code"]) == (401, "token.expired")


def test_key_of_a_closed_account_is_unknown(world, key):
    world.people["clerk"].is_active = False
    world.people["clerk"].save()
    with pytest.raises(AuthenticationFailed) as refusal:
        authenticate(f"Token {key}")
    assert refusal.value.get_codes() == "token.unknown"


def test_reading_key_may_not_write(key):
    ApiToken.objects.update(scope=ApiToken.Scope.READ)
    assert authenticate(f"Token {key}")
    with pytest.raises(PermissionDenied) as refusal:
        authenticate(f"Token {key}", "post")
    assert refusal.value.get_codes() == "token.read_only"


def test_key_is_shown_once_and_never_stored(client, world):
    client.force_login(world.people["clerk"])
    key = client.post(reverse(CREATE), FORM).context["new_key"]
    token = ApiToken.objects.get()
    assert token.digest == digest(key)
    assert key not in client.get(reverse("organisations:profile")).content.decode()
    assert key not in str(AuditEvent.objects.get(action="token.created").data)


def test_revoked_key_no_longer_works(client, world, key):
    client.force_login(world.people["clerk"])
    client.post(reverse("organisations:token-revoke", args=[ApiToken.objects.get().pk]))
    assert AuditEvent.objects.filter(action="token.revoked").exists()
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Token {key}")


@pytest.mark.parametrize(("person", "status"), [("neighbour", 404), ("city_leader", 403)])
def test_nobody_revokes_the_key_of_another(client, world, key, person, status):
    client.force_login(world.people[person])
    answer = client.post(reverse("organisations:token-revoke", args=[ApiToken.objects.get().pk]))
    assert answer.status_code == status
    assert ApiToken.objects.exists()


def test_administrators_have_no_keys(client, world):
    client.force_login(world.people["system_admin"])
    assert client.post(reverse(CREATE), FORM).status_code == 403


def test_nonsense_is_refused_on_the_form(client, world):
    client.force_login(world.people["clerk"])
    answer = client.post(reverse(CREATE), FORM | {"days": "99999"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["days"]
