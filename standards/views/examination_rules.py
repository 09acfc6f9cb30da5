"""What holds for examinations from which day on, and the form that changes it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from standards.forms.examination_rule import ExaminationRuleForm
from standards.models import ExaminationRule
from standards.services.examination_rules import rule_on, save_rule
from standards.views.dated_rules import CHANGES, dated_rules


@require_http_methods(CHANGES)
def examination_rule_list(request: HttpRequest) -> HttpResponse:
    return dated_rules(
        request,
        shape=ExaminationRuleForm,
        save=save_rule,
        done=_("The rule is entered."),
        address="standards:examination-rules",
        template="standards/examination_rule_list.html",
        context=_rules,
    )


def _rules() -> dict[str, Any]:
    return {"rules": ExaminationRule.objects.all(), "current": rule_on(timezone.localdate())}
