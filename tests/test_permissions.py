"""Who gets in where: every address, every role, seen from inside the area and from outside."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.test import Client
from rest_framework.test import APIRequestFactory

from metroplan.api import router
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import within
from tests.routes import Things, make_things, route_names
from tests.standards.catalogue_routes import catalogue_table
from tests.standards.ledger_routes import ledger_table
from tests.standards.register_routes import register_table
from tests.supervision.campaign_routes import PUBLIC_ROUTES, campaign_table
from tests.supervision.content_routes import content_table
from tests.supervision.ledger_routes import PUBLIC_ROUTES as PUBLIC_LEDGERS
from tests.supervision.ledger_routes import instruments_table
from tests.world import World

PEOPLE = {
    "reporter": "clerk",
    "reviewer": "reviewer",
    "staff": "staff",
    "leader": "leader",
    "auditor": "auditor",
    "security_admin": "security_admin",
    "system_admin": "system_admin",
}
PUBLIC = {"organisations:login", "organisations:language", "organisations:password-set"}
PUBLIC |= {"public:lots", "public:integrity", "public:dishonesty"} | PUBLIC_ROUTES | PUBLIC_LEDGERS


def only(status: int, *roles: str) -> list[int]:
    return [status if role in roles else 403 for role in PEOPLE]


def all_roles(status: int) -> list[int]:
    return [status] * len(PEOPLE)


FIGURES = only(200, "reporter", "reviewer", "staff", "leader")
ACCOUNTS = only(200, "auditor", "security_admin", "system_admin")

# By role in the order of PEOPLE. An act with nothing sent along is refused as 400, 422 or 428 to
# those who may do it. A method that is not here is not allowed.
TABLE: dict[tuple[str, str], list[int]] = {
    ("get", "dashboards:home"): all_roles(302),
    ("get", "dashboards:overview"): FIGURES,
    ("get", "dashboards:overview-export"): FIGURES,
    ("get", "dashboards:overview-fingerprint"): FIGURES,
    ("get", "dashboards:audit-list"): only(200, "auditor"),
    ("get", "dashboards:operations"): only(200, "system_admin"),
    ("get", "organisations:login"): all_roles(302),
    ("post", "organisations:login"): all_roles(302),
    ("post", "organisations:logout"): all_roles(302),
    ("get", "organisations:language"): all_roles(302),
    ("post", "organisations:language"): all_roles(302),
    ("get", "organisations:password-change"): all_roles(200),
    ("post", "organisations:password-change"): all_roles(200),
    ("get", "organisations:password-set"): all_roles(200),
    ("post", "organisations:password-set"): all_roles(200),
    ("get", "organisations:profile"): all_roles(200),
    ("get", "organisations:token-create"): only(302, "reporter", "reviewer", "staff", "leader"),
    ("post", "organisations:token-create"): only(422, "reporter", "reviewer", "staff", "leader"),
    ("post", "organisations:token-revoke"): only(302, "reporter"),
    ("get", "organisations:notice-list"): all_roles(200),
    ("post", "organisations:notice-open"): only(302, "reporter"),
    ("post", "organisations:notices-read"): all_roles(302),
    ("post", "organisations:notices-mail"): all_roles(302),
    ("get", "organisations:organisation-list"): all_roles(200),
    ("get", "organisations:organisation-options"): all_roles(200),
    ("get", "organisations:organisation-detail"): all_roles(200),
    ("get", "organisations:change-list"): all_roles(200),
    ("get", "organisations:change-detail"): all_roles(200),
    ("get", "organisations:change-choose"): only(200, "staff"),
    ("get", "organisations:change-create"): only(200, "staff"),
    ("post", "organisations:change-create"): only(422, "staff"),
    ("get", "organisations:account-list"): ACCOUNTS,
    ("get", "organisations:account-create"): only(200, "system_admin"),
    ("post", "organisations:account-create"): only(200, "system_admin"),
    ("get", "organisations:account-detail"): ACCOUNTS,
    ("post", "organisations:account-detail"): only(422, "system_admin"),
    ("post", "organisations:account-role"): only(302, "security_admin"),
    ("get", "organisations:account-password-reset"): only(302, "system_admin"),
    ("post", "organisations:account-password-reset"): only(200, "system_admin"),
    ("get", "submissions:submission-list"): FIGURES,
    ("get", "submissions:review-queue"): only(200, "reviewer"),
    ("get", "submissions:matrix"): FIGURES,
    ("get", "submissions:matrix-export"): FIGURES,
    ("get", "submissions:form-list"): only(200, "staff"),
    ("get", "submissions:form-create"): only(200, "staff"),
    ("post", "submissions:form-create"): only(422, "staff"),
    ("get", "submissions:form-detail"): only(200, "staff"),
    ("post", "submissions:form-detail"): only(422, "staff"),
    ("post", "submissions:form-unit"): only(422, "staff"),
    ("post", "submissions:form-open"): only(422, "staff"),
    ("get", "submissions:submission-detail"): FIGURES,
    ("get", "submissions:template"): FIGURES,
    ("post", "submissions:upload-create"): only(422, "reporter"),
    ("post", "submissions:submission-submit"): only(422, "reporter"),
    ("post", "submissions:submission-explain"): only(422, "reporter"),
    ("get", "submissions:submission-effects"): FIGURES,
    ("post", "submissions:submission-approve"): only(422, "reviewer"),
    ("post", "submissions:submission-return"): only(422, "reviewer"),
    ("post", "submissions:submission-unapprove"): only(422, "reviewer"),
    ("post", "submissions:submission-reopen"): only(422, "reviewer", "staff"),
    ("post", "submissions:submission-correct"): only(422, "reporter"),
    ("post", "submissions:correction-decide"): only(422, "reviewer"),
    ("post", "submissions:queue-approve"): only(302, "reviewer"),
    ("get", "submissions:submission-entry"): only(200, "reporter"),
    ("post", "submissions:submission-entry"): only(422, "reporter"),
    ("post", "submissions:submission-check"): only(400, "reporter"),
    ("post", "submissions:submission-draft"): only(400, "reporter"),
    ("post", "submissions:submission-discard"): only(400, "reporter"),
    ("post", "submissions:submission-evidence"): only(400, "reporter"),
    ("get", "submissions:evidence-file"): FIGURES,
    ("post", "submissions:evidence-remove"): only(400, "reporter"),
    ("get", "submissions:upload-download"): FIGURES,
    ("get", "submissions:upload-issues"): FIGURES,
    ("get", "submissions:upload-marked"): FIGURES,
    ("get", "submissions:joint-form"): only(200, "reporter"),
    ("get", "submissions:joint-template"): only(404, "reporter"),
    ("post", "submissions:joint-upload"): only(404, "reporter"),
    ("post", "submissions:joint-submit"): only(404, "reporter"),
    ("get", "submissions:upload-mapping"): only(200, "reporter"),
    ("post", "submissions:upload-mapping"): only(422, "reporter"),
    ("get", "submissions:row-detail"): FIGURES,
    ("get", "submissions:bulk-list"): FIGURES,
    ("get", "submissions:bulk-create"): only(200, "staff"),
    ("post", "submissions:bulk-create"): only(422, "staff"),
    ("get", "submissions:bulk-guide"): only(200, "staff"),
    ("get", "submissions:bulk-template"): only(200, "staff"),
    ("get", "submissions:bulk-detail"): FIGURES,
    ("get", "submissions:bulk-progress"): FIGURES,
    ("get", "submissions:bulk-issues"): FIGURES,
    ("get", "submissions:bulk-file"): FIGURES,
    ("post", "submissions:bulk-cancel"): only(302, "staff"),
    ("post", "submissions:bulk-apply"): only(422, "reviewer", "staff"),
    ("post", "submissions:bulk-decline"): only(422, "reviewer", "staff"),
    ("get", "indicators:plan-list"): FIGURES,
    ("get", "indicators:observation-trace"): FIGURES,
    # A reported figure has no entries.
    ("get", "indicators:observation-entries"): only(404, "reporter", "reviewer", "staff", "leader"),
    ("get", "indicators:plan-detail"): FIGURES,
    ("get", "indicators:indicator-detail"): FIGURES,
    ("get", "indicators:indicator-contributions"): FIGURES,
    ("get", "indicators:indicator-fingerprint"): FIGURES,
    ("get", "indicators:indicator-revisions"): FIGURES,
    ("post", "indicators:indicator-revisions"): only(422, "staff"),
    ("get", "indicators:indicator-breakdown"): FIGURES,
    ("post", "indicators:indicator-breakdown"): only(422, "staff"),
    ("post", "indicators:indicator-breakdown-import"): only(422, "staff"),
    ("get", "indicators:indicator-breakdown-export"): FIGURES,
    ("post", "indicators:indicator-simulate"): only(422, "reporter", "reviewer", "staff", "leader"),
    ("post", "indicators:indicator-explain"): only(422, "reporter", "reviewer"),
    ("post", "indicators:indicator-break"): only(422, "staff"),
    ("get", "indicators:source-list"): FIGURES,
    ("get", "indicators:form-measures"): only(200, "staff"),
    ("post", "indicators:form-measures"): only(422, "staff"),
    ("get", "indicators:revision-list"): FIGURES,
    ("post", "indicators:revision-approve"): only(302, "reviewer", "staff"),
    ("post", "indicators:revision-reject"): only(422, "reviewer", "staff"),
    ("post", "indicators:bundle-approve"): only(302, "reviewer", "staff"),
    ("get", "indicators:measure-source-list"): FIGURES,
    ("get", "indicators:measure-source"): FIGURES,
    ("post", "indicators:measure-source"): only(422, "staff"),
    ("get", "indicators:plausibility-list"): FIGURES,
    ("get", "indicators:plausibility-rule"): FIGURES,
    ("post", "indicators:plausibility-rule"): only(422, "staff"),
    ("get", "indicators:threshold-list"): FIGURES,
    ("post", "indicators:threshold-list"): only(422, "staff"),
    ("get", "api:api-root"): all_roles(200),
    ("get", "api:schema"): all_roles(200),
    ("get", "api:docs"): all_roles(200),
    ("get", "api:unknown"): all_roles(404),
    ("post", "api:unknown"): all_roles(404),
    ("put", "api:unknown"): all_roles(404),
    ("patch", "api:unknown"): all_roles(404),
    ("delete", "api:unknown"): all_roles(404),
    ("get", "api:organisation-list"): FIGURES,
    ("get", "api:organisation-detail"): FIGURES,
    ("get", "api:plan-list"): FIGURES,
    ("get", "api:plan-detail"): FIGURES,
    ("get", "api:milestone-list"): FIGURES,
    ("get", "api:task-list"): FIGURES,
    ("get", "api:task-detail"): FIGURES,
    ("get", "api:measure-list"): FIGURES,
    ("get", "api:measure-detail"): FIGURES,
    ("get", "api:indicator-list"): FIGURES,
    ("get", "api:indicator-detail"): FIGURES,
    ("post", "api:indicator-simulate"): only(400, "reporter", "reviewer", "staff", "leader"),
    ("get", "api:target-list"): FIGURES,
    ("get", "api:observation-list"): FIGURES,
    ("get", "api:progress-list"): FIGURES,
    ("get", "api:reporting-rate-list"): FIGURES,
    ("get", "api:submission-list"): FIGURES,
    ("get", "api:submission-detail"): FIGURES,
    ("post", "api:submission-submit"): only(428, "reporter"),
    ("get", "api:submission-explanations"): FIGURES,
    ("post", "api:submission-explanations"): only(428, "reporter"),
    ("post", "api:submission-approve"): only(428, "reviewer"),
    ("post", "api:submission-send-back"): only(428, "reviewer"),
    ("post", "api:submission-approve-many"): only(400, "reviewer"),
    ("post", "api:submission-unapprove"): only(428, "reviewer"),
    ("post", "api:submission-reopen"): only(428, "reviewer", "staff"),
    ("post", "api:submission-corrections"): only(428, "reporter"),
    ("get", "api:correction-list"): FIGURES,
    ("get", "api:correction-detail"): FIGURES,
    ("post", "api:correction-grant"): only(409, "reviewer"),
    ("post", "api:correction-refuse"): only(422, "reviewer"),
    ("post", "api:submission-cells"): only(428, "reporter"),
    ("get", "api:upload-list"): FIGURES,
    ("post", "api:upload-list"): only(400, "reporter"),
    ("get", "api:upload-detail"): FIGURES,
    ("get", "api:bulk-import-list"): FIGURES,
    ("post", "api:bulk-import-list"): only(400, "staff"),
    ("get", "api:bulk-import-detail"): FIGURES,
    ("post", "api:bulk-import-cancel"): only(200, "staff"),
    ("post", "api:bulk-import-apply"): only(428, "reviewer", "staff"),
    ("post", "api:bulk-import-decline"): only(428, "reviewer", "staff"),
}
TABLE |= catalogue_table(FIGURES, only)
TABLE |= register_table(FIGURES, only)
TABLE |= ledger_table(FIGURES, only)
TABLE |= content_table(FIGURES, only)
TABLE |= campaign_table(FIGURES, only)
TABLE |= instruments_table(FIGURES, only)
METHODS = ("get", "post", "put", "patch", "delete")

# The tree itself, what is the same for everybody, and what no page or endpoint lists: files are
# reached through their upload.
UNSCOPED = {
    *("OrganisationLink", "OrganisationAncestry", "OrganisationChangePart", "RuleVersion"),
    *("StoredFile", "ImportBatch", "DirtyMark", "PlausibilityRule"),
    *("CatalogueVersion", "CatalogueItem"),
}


@pytest.fixture
def things(world: World) -> Things:
    return make_things(world)


def status_of(client: Client, method: str, address: str) -> int:
    """What the address answers, with whatever it changed undone."""
    with transaction.atomic():
        response = getattr(client, method)(address)
        transaction.set_rollback(True)
    return response.status_code


def test_the_table_names_every_route_and_no_other():
    assert {route for _method, route in TABLE} == set(route_names())


def test_nobody_gets_in_without_signing_in(things, client):
    wrong = {}
    for route in set(route_names()) - PUBLIC:
        for method in METHODS:
            response = getattr(client, method)(things.address(route))
            to_login = response.status_code == 302 and response.url.startswith("/login/")
            if not (to_login or response.status_code == 401):
                wrong[method, route] = response.status_code
    assert not wrong


@pytest.mark.parametrize("role", PEOPLE)
def test_every_route_answers_each_role_as_the_table_says(world, things, client, role):
    expected = {row: statuses[list(PEOPLE).index(role)] for row, statuses in TABLE.items()}
    seen = {}
    for method, route in TABLE:
        client.force_login(world.people[PEOPLE[role]])
        seen[method, route] = status_of(client, method, things.address(route))
    assert seen == expected


def test_methods_outside_the_table_change_nothing(world, things, client):
    """They are not allowed, or a page answers them as it answers GET."""
    wrong, place = {}, list(PEOPLE).index("staff")
    for route in set(route_names()):
        as_get = TABLE.get(("get", route), all_roles(405))[place]
        for method in [name for name in METHODS if (name, route) not in TABLE]:
            client.force_login(world.people["staff"])
            status = status_of(client, method, things.address(route))
            if status not in (403, 405) and (method == "post" or status != as_get):
                wrong[method, route] = status
    assert not wrong


@pytest.mark.parametrize("role", PEOPLE)
def test_things_of_another_area_do_not_exist(world, things, client, role):
    place = list(PEOPLE).index(role)
    rows = [row for row, statuses in TABLE.items() if statuses[place] != 403]
    wrong = {}
    for method, route in rows:
        if things.arguments(route) is None:
            continue
        client.force_login(world.people[f"outside_{role}"])
        status = status_of(client, method, things.address(route))
        if status != 404:
            wrong[method, route] = status
    assert not wrong


def own_models() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if model.__module__.startswith(OWN))


OWN = ("metroplan.", "indicators.", "standards.", "supervision.")


def leads_to_a_unit(model: type[models.Model], seen: frozenset = frozenset()) -> bool:
    others = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
    return Organisation in others or any(
        leads_to_a_unit(other, seen | {model}) for other in others - seen - {model}
    )


def scoped(model: type[models.Model]) -> bool:
    return hasattr(model, "org_lookup") and hasattr(model.objects, "visible_to")


def part_of_scoped(model: type[models.Model]) -> bool:
    """Read only together with the row it belongs to and falls with."""
    owners = {
        field.related_model
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.on_delete is models.CASCADE
    } - {model}
    return any(scoped(owner) or part_of_scoped(owner) for owner in owners)


def test_every_model_with_a_unit_knows_who_may_see_it():
    bare = {
        model.__name__
        for model in own_models()
        if leads_to_a_unit(model) and not scoped(model) and not part_of_scoped(model)
    }
    assert bare <= UNSCOPED


def test_visible_rows_stand_in_the_area_of_who_looks(world, things):
    outsider, area = world.people["outside_leader"], world.units["C1"].path
    for model in filter(scoped, own_models()):
        of_area = model.objects.filter(within(model.org_lookup, area))
        inside = model.objects.visible_to(world.people["city_leader"]) & of_area
        assert set(inside) == set(of_area), model
        assert not (model.objects.visible_to(outsider) & of_area).exists(), model
        assert not model.objects.visible_to(AnonymousUser()).exists(), model


@pytest.mark.parametrize("name", [name for name, _view, _base in router.registry])
def test_every_endpoint_is_cut_to_the_callers_area(world, things, name):
    viewset = next(view for prefix, view, _base in router.registry if prefix == name)
    if name in ("measures", "catalogue"):  # the same for everybody
        return
    rows = endpoint_rows(viewset, world.people["outside_leader"])
    lookup, area = rows.model.org_lookup, world.units["C1"].path
    assert not rows.filter(within(lookup, area)).exists()
    whole = endpoint_rows(viewset, world.people["leader"])
    assert whole.filter(within(lookup, area)).count() == (
        rows.model.objects.filter(within(lookup, area)).count()
    )


def endpoint_rows(viewset: Any, user: Any) -> models.QuerySet:
    request = APIRequestFactory().get("/")
    request.user = user
    return viewset(request=request, action="list", format_kwarg=None).get_queryset()
