"""`{% can "submission.review" submission as may_review %}`: the policy table, asked by a page."""

from typing import Any

from django import template
from django.template.context import RequestContext

from metroplan.organisations import policy

register = template.Library()


@register.simple_tag(takes_context=True)
def can(context: RequestContext, action: str, thing: Any = None) -> bool:
    request = context.get("request")
    return request is not None and policy.can(getattr(request, "user", None), action, thing)
