"""What a person is told of: the list behind the bell, and whether it also comes by e-mail."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metroplan.organisations.forms import MailForm
from metroplan.organisations.models import Notice
from metroplan.organisations.selectors_notices import notice_rows, notices_of
from metroplan.organisations.services import accounts, notices

NOTICES_PER_PAGE = 30


@require_safe
@never_cache
def notice_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(notices_of(request.user), NOTICES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": notice_rows(page.object_list),
        "mail_form": MailForm(initial={"wants_mail": request.user.wants_mail}),
    }
    return render(request, "organisations/notice_list.html", context)


@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Read now; on to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    if notice.user_id != request.user.pk:
        raise PermissionDenied("notice.open")
    notices.mark_read(notices=notices_of(request.user).filter(pk=pk))
    return redirect(notice.url or "organisations:notice-list")


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    notices.mark_read(notices=notices_of(request.user))
    return redirect("organisations:notice-list")


@require_POST
def notices_mail(request: HttpRequest) -> HttpResponse:
    form = MailForm(request.POST)
    form.full_clean()
    wants = form.cleaned_data["wants_mail"]
    accounts.choose_mail(account=request.user, wants_mail=wants)
    said = (
        _("Your notices also come by e-mail, once a working day.")
        if wants
        else _("Your notices no longer come by e-mail; they stay on this page.")
    )
    messages.success(request, said)
    return redirect("organisations:notice-list")
