"""The ledger: its list, one entry, entering and changing, states, evidence, files."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.common.tables import TYPES, file_response
from metroplan.organisations.policy import can, require
from metroplan.submissions.services.evidence import too_large
from metroplan.submissions.views.files import attachment
from standards.columns.ledger import LEDGER
from standards.forms.ledger import (
    ChangeEntryForm,
    EvidenceForm,
    LedgerFilterForm,
    NewEntryForm,
    SetStateForm,
    initial_of,
)
from standards.models import LedgerEntry, LedgerEvidence
from standards.selectors import ledger as selectors
from standards.services import ledger as services
from standards.views.incoming import takes_a_file

ENTRIES_PER_PAGE = 50
UNPROCESSABLE = 422
CHANGES = ["GET", "HEAD", "POST"]


@require_safe
def ledger_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "register.view")
    form, found = _chosen(request)
    page = Paginator(found, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "order": form.chosen().get("order") or "number",
        "rows": selectors.ledger_rows(page.object_list),
        "may_keep": can(request.user, "register.keep"),
    }
    return render(request, "standards/ledger_list.html", context)


@require_safe
@never_cache
def ledger_export(request: HttpRequest) -> HttpResponse:
    """What the list shows, all of it: `?format=csv`, `xlsx` or `json`."""
    require(request.user, "register.view")
    _form, found = _chosen(request)
    fmt = request.GET.get("format", "csv")
    if fmt not in TYPES:
        raise Http404(fmt)
    return file_response(LEDGER.content(selectors.in_pieces(found), fmt), "ledger", fmt)


@require_http_methods(CHANGES)
def ledger_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "register.keep")
    start = {"organisation": request.user.organisation, "since": timezone.localdate()}
    sent = request.POST if request.method == "POST" else None
    form = NewEntryForm(sent, user=request.user, initial=start)
    if form.is_valid():
        entry = _saved(form, request, None)
        if entry:
            messages.success(request, _("The entry is there: add the files that show it."))
            return redirect("standards:ledger-detail", pk=entry.pk)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "standards/ledger_form.html", {"form": form}, status=status)


@require_safe
def ledger_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(request, pk))


@require_http_methods(CHANGES)
def ledger_change(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _visible(request, pk)
    require(request.user, "register.keep", entry)
    sent = request.POST if request.method == "POST" else None
    form = ChangeEntryForm(sent, user=request.user, initial=initial_of(entry))
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "entry": entry}
    if form.is_valid():
        try:
            if _saved(form, request, entry):
                messages.success(request, _("The entry has been changed."))
                return redirect("standards:ledger-detail", pk=pk)
        except MetroplanError as problem:
            context["problem"], status = problem, problem.status
    return render(request, "standards/ledger_form.html", context, status=status)


@require_POST
def ledger_state(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _visible(request, pk)
    require(request.user, "register.keep", entry)
    form = SetStateForm(request.POST)
    if not form.is_valid():
        return _show(request, entry, status=UNPROCESSABLE, state_form=form)
    given = dict(form.cleaned_data)
    version = given.pop("version")
    try:
        services.set_state(actor=request.user, entry=entry, expected_version=version, **given)
    except ValidationError as error:
        form.add_error(None, error)
        return _show(request, entry, status=UNPROCESSABLE, state_form=form)
    except MetroplanError as problem:
        return _show(request, entry, status=problem.status, state_form=form, problem=problem)
    messages.success(request, _("The state has been recorded."))
    return redirect("standards:ledger-detail", pk=pk)


@takes_a_file
def ledger_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _visible(request, pk)
    require(request.user, "register.keep", entry)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, entry, status=UNPROCESSABLE, evidence_form=form)
    file = form.cleaned_data["file"]
    try:
        if file.size > settings.EVIDENCE_MAX_BYTES:
            raise too_large()
        services.add_evidence(
            actor=request.user, entry=entry, filename=file.name, content=file.read()
        )
    except MetroplanError as problem:
        return _show(request, entry, status=problem.status, problem=problem)
    return redirect("standards:ledger-detail", pk=pk)


@require_safe
@never_cache
def ledger_evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    """Always to be saved, never opened in our name."""
    evidence = _visible_evidence(request, pk)
    require(request.user, "register.view", evidence.entry)
    file = evidence.file
    return attachment(file.content.open("rb"), file.name, "application/octet-stream")


@require_POST
def ledger_evidence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    evidence = _visible_evidence(request, pk)
    services.remove_evidence(actor=request.user, evidence=evidence)
    messages.success(request, _("The file is no longer shown with the entry."))
    return redirect("standards:ledger-detail", pk=evidence.entry_id)


def _chosen(request: HttpRequest) -> tuple[LedgerFilterForm, Any]:
    """The filter as typed and what it finds, in its order."""
    form = LedgerFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.ledger_entries(request.user, timezone.localdate())
    return form, selectors.ordered(
        selectors.narrowed(found, chosen), chosen.get("order") or "number"
    )


def _visible(request: HttpRequest, pk: int) -> LedgerEntry:
    found = selectors.ledger_entries(request.user, timezone.localdate())
    entry = get_object_or_404(found, pk=pk)
    require(request.user, "register.view", entry)
    return entry


def _visible_evidence(request: HttpRequest, pk: int) -> LedgerEvidence:
    found = LedgerEvidence.objects.visible_to(request.user).filter(removed_at=None)
    return get_object_or_404(found.select_related("file", "entry__organisation"), pk=pk)


def _saved(form: Any, request: HttpRequest, entry: LedgerEntry | None) -> LedgerEntry | None:
    """None where a rule of the register refuses it: the sentence stands at its field."""
    version = form.cleaned_data.get("version")
    try:
        return services.save_entry(
            actor=request.user,
            entry=entry,
            data=form.data_for_service(),
            expected_version=version if entry else None,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _show(request: HttpRequest, entry: LedgerEntry, *, status: int = 200, **bound: Any) -> Any:
    """One entry's page; `bound` brings back what was refused, as it was typed."""
    today = timezone.localdate()
    context = {
        "detail": selectors.ledger_detail(entry, today),
        "state_form": SetStateForm(initial={"version": entry.version, "since": today}),
        "evidence_form": EvidenceForm(),
        "may_keep": can(request.user, "register.keep", entry),
        "problem": None,
    }
    return render(request, "standards/ledger_detail.html", context | bound, status=status)
