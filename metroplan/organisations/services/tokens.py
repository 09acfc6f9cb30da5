"""API tokens: the key is shown once, only its SHA-256 is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import ApiToken, User

PREFIX = "mp_"
MAX_TOKENS = 20


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def create_token(*, user: User, name: str, scope: str, days: int) -> tuple[ApiToken, str]:
    """The token and its key, which cannot be had again."""
    if user.api_tokens.count() >= MAX_TOKENS:
        raise MetroplanError(
            "token.too_many",
            _("You have {limit} tokens already; revoke one that is no longer used."),
            limit=MAX_TOKENS,
        )
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=name,
        scope=scope,
        digest=digest(key),
        expires_at=timezone.now() + timedelta(days=days),
    )
    token.full_clean()
    token.save()
    record("token.created", actor=user, on=token, after=state(token))
    return token, key


@transaction.atomic
def revoke_token(*, actor: User, token: ApiToken) -> None:
    record("token.revoked", actor=actor, on=token, before=state(token))
    token.delete()


def state(token: ApiToken) -> dict[str, object]:
    return {"name": token.name, "scope": token.scope, "expires_at": token.expires_at}
