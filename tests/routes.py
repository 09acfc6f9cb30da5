"""Every address of the project, and one thing of unit A for each that needs a thing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from indicators.models import Indicator, Observation, Revision
from indicators.services.revision_values import TargetValues
from indicators.services.revisions import Papers, propose_target
from metroplan.common.periods import Period
from metroplan.organisations.models import ApiToken, Notice, OrganisationChange, Role, User
from metroplan.organisations.services.tokens import create_token
from metroplan.plans.models import Plan, PlanStatus, PlanTask
from metroplan.submissions.models import (
    BulkImport,
    Correction,
    Evidence,
    ReportingForm,
    Submission,
    Upload,
)
from metroplan.submissions.services.evidence import add_evidence
from standards.models import LocalExclusion
from tests.standards.catalogue_routes import ADDRESSES, add_catalogue
from tests.standards.ledger_routes import LedgerThings, add_ledger
from tests.standards.register_routes import RegisterThings, add_register
from tests.submissions.bulk_files import made
from tests.submissions.quarter import QUARTER, opened, uploaded
from tests.supervision.campaign_routes import CampaignThings, add_campaign
from tests.supervision.content_routes import ContentThings, add_content
from tests.supervision.ledger_routes import InstrumentThings, add_instruments
from tests.world import World, add_indicator, add_person, current, report


def route_names(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from route_names(pattern, prefix + space)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name or pattern.pattern}"


@dataclass(frozen=True)
class Things:
    """All of county A and its city C1: seen from A, C1 and P, not from C2."""

    plan: Plan
    indicator: Indicator
    task: PlanTask
    observation: Observation
    upload: Upload
    correction: Correction
    evidence: Evidence
    bulk: BulkImport
    account: User
    token: ApiToken
    revision: Revision
    change: OrganisationChange
    form: ReportingForm
    notice: Notice
    exclusion: LocalExclusion
    register: RegisterThings
    ledger: LedgerThings
    content: ContentThings
    campaigns: CampaignThings
    instruments: InstrumentThings

    def arguments(self, route: str) -> list[Any] | None:
        """What the route's address names; None where it names no thing."""
        submission, row = self.upload.submission_id, self.upload.rows.first()
        by_route = {
            "api:organisation-detail": [self.account.organisation.code],
            "api:plan-detail": [self.plan.code],
            "api:task-detail": [f"{self.plan.code}.{self.task.number}"],
            "api:indicator-detail": [f"{self.plan.code}.{self.indicator.code}"],
            "api:indicator-simulate": [f"{self.plan.code}.{self.indicator.code}"],
            "api:upload-detail": [self.upload.pk],
            "api:submission-approve-many": None,
            "submissions:correction-decide": [self.correction.pk],
            "organisations:organisation-detail": [self.account.organisation.code],
            "organisations:token-revoke": [self.token.pk],
            "organisations:change-detail": [self.change.pk],
            "organisations:notice-open": [self.notice.pk],
            "indicators:plan-detail": [self.plan.code],
            "indicators:observation-trace": [self.observation.pk],
            "indicators:observation-entries": [self.observation.pk],
            "submissions:row-detail": [row.pk],
            "submissions:evidence-file": [self.evidence.pk],
            "submissions:evidence-remove": [self.evidence.pk],
            "indicators:revision-approve": [self.revision.pk],
            "indicators:revision-reject": [self.revision.pk],
            "indicators:bundle-approve": [self.revision.bundle],
            "standards:exclusion-end": [self.exclusion.pk],
            "api:coverage-detail": [self.account.organisation.code],
        }
        by_start = {
            "api:submission-": [submission],
            "api:correction-": [self.correction.pk],
            "organisations:account-": [self.account.pk],
            "indicators:indicator-": [self.plan.code, self.indicator.code],
            "indicators:form-": [self.form.code],
            "submissions:form-": [self.form.code],
            "submissions:submission-": [submission],
            "submissions:template": [submission],
            "submissions:upload-create": [submission],
            "submissions:upload-": [self.upload.pk],
            "submissions:bulk-": [self.bulk.pk],
            "api:bulk-import-": [self.bulk.pk],
        }
        by_route |= self.register.arguments() | self.ledger.arguments()
        by_route |= self.content.arguments() | self.campaigns.arguments()
        by_route |= self.instruments.arguments()
        if route in by_route:
            return by_route[route]
        if route.endswith(
            ("-list", "bulk-create", "bulk-guide", "bulk-template", "account-create", "form-create")
        ):
            return None
        return next((args for start, args in by_start.items() if route.startswith(start)), None)

    def address(self, route: str) -> str:
        if route == "api:unknown":
            return "/api/v1/nothing/here/"
        if route == "organisations:password-set":
            return reverse(route, args=["MQ", "set-password"])
        if route == "organisations:change-create":
            return reverse(route, args=["merge"])
        if route == "submissions:bulk-template":
            return reverse(route, args=["figures"])
        if route in ("api:measure-detail", "indicators:measure-source"):
            return reverse(route, args=[self.indicator.measure.code])
        public = self.campaigns.public() | self.instruments.public()
        named = ADDRESSES.get(route) or public.get(route) or self.arguments(route)
        return reverse(route, args=named)


def ask_correction(submission: Submission, person: User) -> Correction:
    return Correction.objects.create(
        submission=submission, version=1, keys=["units"], reason="reason", requested_by=person
    )


def make_things(world: World) -> Things:
    account = add_person(world, "colleague", "A", Role.REVIEWER)
    for role in Role.values:
        add_person(world, f"outside_{role}", "C2", role)
    token, _key = create_token(user=world.people["clerk"], name="exchange", scope="push", days=90)
    report(world, "standards", "A", QUARTER, "5")
    upload = uploaded(world, opened(world))
    evidence = add_evidence(
        submission=upload.submission,
        actor=world.people["clerk"],
        key="units",
        filename="evidence.txt",
        content=b"text",
    )
    revision = propose_target(
        indicator=world.indicators["standards"],
        organisation=world.units["A"],
        year=2025,
        values=TargetValues(Decimal(5)),
        papers=Papers(date(2023, 1, 1), "document", "reason"),
        actor=account,
        bundle=uuid4(),
    )
    world.plan = Plan.objects.create(
        code="city-plan",
        title_zh="市规划",
        title_en="City plan",
        organisation=world.units["C1"],
        starts=Period.parse("2021Q1"),
        ends=Period.parse("2025Q4"),
        status=PlanStatus.IN_FORCE,
    )
    task = PlanTask.objects.create(
        plan=world.plan, number="1", position=1, title_zh="任务", title_en="Task"
    )
    indicator = add_indicator(world, "city-standards", "standards", {2025: 50}, unit="C1")
    change = OrganisationChange.objects.create(kind="transfer", effective_on=date(2020, 1, 1))
    change.parts.create(source=world.units["A"], target=world.units["A"])
    form = ReportingForm.objects.create(
        code="own-form",
        name_zh="本区表",
        name_en="Own form",
        kind="figures",
        owner=world.units["A"],
        owner_fills=True,
        opens=Period.parse("2021Q1"),
    )
    return Things(
        plan=world.plan,
        indicator=indicator,
        task=task,
        observation=current(world.measures["standards"], world.units["A"], QUARTER),
        upload=upload,
        correction=ask_correction(upload.submission, world.people["clerk"]),
        evidence=evidence,
        bulk=made(account),
        account=account,
        token=token,
        revision=revision,
        change=change,
        form=form,
        notice=Notice.objects.filter(user=world.people["clerk"]).first(),
        exclusion=add_catalogue(world),
        register=add_register(world),
        ledger=add_ledger(world),
        content=add_content(world),
        campaigns=add_campaign(world),
        instruments=add_instruments(world),
    )
