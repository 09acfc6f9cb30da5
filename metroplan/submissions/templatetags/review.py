"""`{% load review %}`: what was typed beside a line."""

from django import template

from metroplan.submissions.forms_review import ReturnForm

register = template.Library()


@register.filter
def typed_for(form: ReturnForm, key: str) -> str:
    """The reason for one line that a refused form came back with."""
    return form.lines().get(key, "")
