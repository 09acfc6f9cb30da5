"""Demonstration accounts: every role in Guangxi and Yueyang, and an office for every unit."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, Role, User
from metroplan.organisations.services.accounts import state

PASSWORD = "Metroplan-demo-2026"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    username: str
    unit: str
    role: str
    post_zh: str
    post_en: str


ACCOUNTS = (
    DemoAccount("gx-reporter", "450103", Role.REPORTER, "区局计量股填报岗", "County office, reporting"),
    DemoAccount("gx-county-leader", "450103", Role.LEADER, "区局分管领导", "County office, leader"),
    DemoAccount("gx-city-reporter", "450100", Role.REPORTER, "市局计量科填报岗", "City, reporting"),
    DemoAccount("gx-city-reviewer", "450100", Role.REVIEWER, "市局计量科审核岗", "City, review"),
    DemoAccount("gx-city-leader", "450100", Role.LEADER, "市局分管领导", "City, leader"),
    DemoAccount("gx-owner-reporter", "450000", Role.REPORTER, "区局计量处填报岗", "Province, reporting"),
    DemoAccount("gx-reviewer", "450000", Role.REVIEWER, "区局计量处审核岗", "Province, review"),
    DemoAccount("gx-staff", "450000", Role.STAFF, "区局计量处规划岗", "Province, metrology division"),
    DemoAccount("gx-leader", "450000", Role.LEADER, "区局分管领导", "Province, leader"),
    DemoAccount("gx-auditor", "450000", Role.AUDITOR, "区局审计管理员", "Province, auditor"),
    DemoAccount(
        "gx-security", "450000", Role.SECURITY_ADMIN, "区局安全管理员", "Province, security administrator"
    ),
    DemoAccount(
        "gx-system", "450000", Role.SYSTEM_ADMIN, "区局系统管理员", "Province, system administrator"
    ),
    DemoAccount("yy-reporter", "430602", Role.REPORTER, "区局计量股填报岗", "County office, reporting"),
    DemoAccount("yy-county-leader", "430602", Role.LEADER, "区局分管领导", "County office, leader"),
    DemoAccount("yy-owner-reporter", "430600", Role.REPORTER, "市局计量科填报岗", "City, reporting"),
    DemoAccount("yy-reviewer", "430600", Role.REVIEWER, "市局计量科审核岗", "City, review"),
    DemoAccount("yy-staff", "430600", Role.STAFF, "市局计量科规划岗", "City, metrology division"),
    DemoAccount("yy-leader", "430600", Role.LEADER, "市局分管领导", "City, leader"),
    DemoAccount("yy-auditor", "430600", Role.AUDITOR, "市局审计管理员", "City, auditor"),
    DemoAccount(
        "yy-security", "430600", Role.SECURITY_ADMIN, "市局安全管理员", "City, security administrator"
    ),
    DemoAccount("yy-system", "430600", Role.SYSTEM_ADMIN, "市局系统管理员", "City, system administrator"),
)
"""Those whose password is known; posts stand where names of persons would."""

BACKGROUND_POSTS = {
    Role.REPORTER: ("填报岗", "Reporting office"),
    Role.REVIEWER: ("审核岗", "Review office"),
}


def refuse_without_demo() -> None:
    if not settings.DEMO:
        raise MetroplanError(
            "demo.not_allowed",
            _(
                "Demonstration data belong to development: set METROPLAN_DEV=True to load them. "
                "They never go into a portal that is in use."
            ),
        )


@transaction.atomic
def create_demo_accounts() -> int:
    """The listed accounts, with the known password; those that exist stay as they are."""
    refuse_without_demo()
    return _create(ACCOUNTS, password=make_password(PASSWORD))


@transaction.atomic
def create_offices(needed: Iterable[tuple[str, str]]) -> int:
    """Accounts without a password for the (unit code, role) pairs that have none yet."""
    refuse_without_demo()
    have = set(User.objects.filter(is_demo=True).values_list("organisation__code", "role"))
    offices = [
        DemoAccount(f"demo-{unit}-{role}".lower(), unit, role, *BACKGROUND_POSTS[role])
        for unit, role in sorted(set(needed) - have)
    ]
    return _create(offices, password=make_password(None))


def _create(accounts: Iterable[DemoAccount], *, password: str) -> int:
    known = set(User.objects.values_list("username", flat=True))
    fresh = [account for account in accounts if account.username not in known]
    units = Organisation.objects.in_bulk({one.unit for one in fresh}, field_name="code")
    users = [
        User(
            username=one.username,
            organisation=units[one.unit],
            role=one.role,
            post_zh=one.post_zh,
            post_en=one.post_en,
            password=password,
            is_demo=True,
        )
        for one in fresh
        if one.unit in units
    ]
    for user in User.objects.bulk_create(users):
        record("account.created", actor=None, on=user, after=state(user), is_demo=True)
    return len(users)
