"""A table becomes a version of the catalogue: sent, looked at, taken over whole or not at all."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.models import StoredFile
from metroplan.submissions.services.files import store_file
from metroplan.submissions.wording import describe
from standards.forms.catalogue import NewVersionForm, TableForm
from standards.models import CatalogueVersion
from standards.services.catalogue import VersionFacts, import_catalogue, try_version
from standards.services.catalogue_file import HEADINGS, ReadCatalogue, read_catalogue
from standards.services.catalogue_plan import ImportPlan, known_to, older_version, plan_import
from standards.views.catalogue import version_of
from standards.views.incoming import takes_a_file

UNPROCESSABLE = 422
SALT = "standards.catalogue"
ONE_DAY = 24 * 60 * 60


@require_safe
def catalogue_new(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.keep", request.user.organisation)
    return _page(request, NewVersionForm(), None)


@require_safe
def catalogue_table(request: HttpRequest, code: str) -> HttpResponse:
    require(request.user, "catalogue.keep", request.user.organisation)
    return _page(request, TableForm(), version_of(request, code))


@takes_a_file
def catalogue_preview(request: HttpRequest) -> HttpResponse:
    """The table of a new version, read and compared; nothing of the catalogue is written."""
    require(request.user, "catalogue.keep", request.user.organisation)
    form = NewVersionForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, None, status=UNPROCESSABLE)
    facts, ends = form.facts(), form.cleaned_data["ends_previous"]
    try:
        try_version(facts=facts, ends_previous=ends)
    except ValidationError as refused:
        form.add_error(None, refused)
        return _page(request, form, None, status=UNPROCESSABLE)
    return _read(request, form, None, facts, ends_previous=ends)


@takes_a_file
def catalogue_table_preview(request: HttpRequest, code: str) -> HttpResponse:
    version = version_of(request, code)
    require(request.user, "catalogue.keep", request.user.organisation)
    form = TableForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, version, status=UNPROCESSABLE)
    return _read(request, form, version, None, ends_previous=False)


@require_POST
def catalogue_apply(request: HttpRequest) -> HttpResponse:
    """What the preview signed; the file is read again and must come out as it was shown."""
    require(request.user, "catalogue.keep", request.user.organisation)
    slip = _slip(request)
    source = get_object_or_404(StoredFile, pk=slip["file"])
    version = CatalogueVersion.objects.filter(code=slip["version"]).first()
    facts = _facts(slip["facts"])
    with source.content.open("rb") as content:
        first = version.effective_from if version else facts.effective_from
        found = read_catalogue(content.read(), source.name, known_to(older_version(version, first)))
    ends = slip["ends_previous"]
    try:
        if found.issues:
            raise outdated()
        kept = import_catalogue(
            actor=request.user,
            lines=found.lines,
            source=source,
            fingerprint=slip["plan"],
            facts=facts,
            version=version,
            ends_previous=ends,
        )
    except ValidationError as refused:
        form = NewVersionForm(slip["facts"] | {"ends_previous": ends})
        form.is_valid()
        form.add_error(None, refused)
        return _page(request, form, None, status=UNPROCESSABLE)
    except MetroplanError as problem:
        return _preview(request, found, source, version, facts, ends_previous=ends, problem=problem)
    messages.success(request, _("The table has been taken over."))
    return redirect("standards:catalogue-detail", code=kept.code)


def _read(
    request: HttpRequest,
    form: NewVersionForm | TableForm,
    version: CatalogueVersion | None,
    facts: VersionFacts | None,
    *,
    ends_previous: bool,
) -> HttpResponse:
    first = version.effective_from if version else facts.effective_from
    file = form.cleaned_data["file"]
    content = file.read()
    found = read_catalogue(content, file.name, known_to(older_version(version, first)))
    if found.issues:
        return _page(request, form, version, found=found, status=UNPROCESSABLE)
    source = store_file(name=file.name, content=content, actor=request.user)
    return _preview(request, found, source, version, facts, ends_previous=ends_previous)


def _preview(
    request: HttpRequest,
    found: ReadCatalogue,
    source: StoredFile,
    version: CatalogueVersion | None,
    facts: VersionFacts | None,
    *,
    ends_previous: bool,
    problem: MetroplanError | None = None,
) -> HttpResponse:
    if found.issues:
        form = TableForm() if version else NewVersionForm(initial=asdict(facts))
        return _page(request, form, version, found=found, problem=problem, status=problem.status)
    first = version.effective_from if version else facts.effective_from
    plan = plan_import(found.lines, version=version, first=first)
    context = {
        "plan": plan,
        "version": version,
        "facts": facts,
        "source": source,
        "ends_previous": ends_previous,
        "slip": _signed(request, source, version, facts, plan, ends_previous=ends_previous),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "standards/catalogue_preview.html", context, status=status)


def _page(
    request: HttpRequest,
    form: NewVersionForm | TableForm,
    version: CatalogueVersion | None,
    *,
    found: ReadCatalogue | None = None,
    problem: MetroplanError | None = None,
    status: int = 200,
) -> HttpResponse:
    issues = sorted(found.issues, key=lambda one: (one.row, one.column)) if found else []
    context = {
        "form": form,
        "version": version,
        "issues": [describe(issue) for issue in issues],
        "headings": [(key, " / ".join(words)) for key, words in HEADINGS.items()],
        "problem": problem,
    }
    return render(request, "standards/catalogue_import.html", context, status=status)


def _signed(
    request: HttpRequest,
    source: StoredFile,
    version: CatalogueVersion | None,
    facts: VersionFacts | None,
    plan: ImportPlan,
    *,
    ends_previous: bool,
) -> str:
    """Who was shown which plan of which file; nobody else can make such a slip."""
    told = {name: _plain(value) for name, value in asdict(facts).items()} if facts else None
    slip = {
        "user": request.user.pk,
        "file": source.pk,
        "version": version.code if version else None,
        "facts": told,
        "ends_previous": ends_previous,
        "plan": plan.fingerprint,
    }
    return signing.dumps(slip, salt=SALT, compress=True)


def _slip(request: HttpRequest) -> dict[str, Any]:
    try:
        slip = signing.loads(request.POST.get("slip", ""), salt=SALT, max_age=ONE_DAY)
    except signing.BadSignature:
        slip = {}
    if slip.get("user") != request.user.pk:
        raise outdated()
    return slip


def outdated() -> MetroplanError:
    return MetroplanError(
        "catalogue.preview_expired",
        _("The preview is no longer valid: send the table again and look at the new preview."),
    )


def _facts(told: dict[str, Any] | None) -> VersionFacts | None:
    if told is None:
        return None
    days = {
        name: date.fromisoformat(told[name]) if told[name] else None
        for name in ("effective_from", "effective_to")
    }
    return VersionFacts(**told | days)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
