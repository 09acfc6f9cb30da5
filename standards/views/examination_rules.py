"""What holds for examinations from which day on, and the form that changes it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from metroplan.organisations.policy import can, require
from standards.forms.examination_rule import ExaminationRuleForm
from standards.models import ExaminationRule
from standards.services.examination_rules import rule_on, save_rule
from standards.views.life import add_errors

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def examination_rule_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.view")
    unit = request.user.organisation
    form = ExaminationRuleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(request.user, "catalogue.keep", unit)
        if form.is_valid() and _saved(request, form):
            messages.success(request, _("The rule is entered."))
            return redirect("standards:examination-rules")
    context = {
        "rules": ExaminationRule.objects.all(),
        "current": rule_on(timezone.localdate()),
        "form": form,
        "may_change": can(request.user, "catalogue.keep", unit),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "standards/examination_rule_list.html", context, status=status)


def _saved(request: HttpRequest, form: ExaminationRuleForm) -> bool:
    try:
        save_rule(actor=request.user, **form.cleaned_data)
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True
