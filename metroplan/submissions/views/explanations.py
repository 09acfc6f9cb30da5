"""Why figures that were warned about are right, and what a form's figures would change."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.forms_explaining import ExplanationsForm
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.explanations import warned_lines
from metroplan.submissions.services.explanations import explain
from metroplan.submissions.views.pages import show, visible_submission

UNPROCESSABLE = 422


@require_POST
def submission_explain(request: HttpRequest, pk: int) -> HttpResponse:
    submission = visible_submission(request, pk)
    require(request.user, "submission.fill", submission)
    form = ExplanationsForm(request.POST, warned=warned_lines(submission))
    if not form.is_valid():
        return show(request, submission, explain_form=form, status=UNPROCESSABLE)
    seen = form.cleaned_data["expected_version"]
    try:
        explain(submission=submission, actor=request.user, said=form.said(), expected_version=seen)
    except MetroplanError as problem:
        submission = visible_submission(request, pk)
        return show(request, submission, problem=problem, status=problem.status, explain_form=form)
    messages.success(request, _("The explanations are kept with their figures."))
    return redirect(f"{reverse('submissions:submission-detail', args=[pk])}#warnings")


@require_safe
@never_cache
def submission_effects(request: HttpRequest, pk: int) -> HttpResponse:
    """Totals and statuses as they would become; worked out each time, stored nowhere."""
    submission = visible_submission(request, pk)
    effects = registry.get(submission.form.kind).effects(submission, request.user)
    context = {"submission": submission, "effects": effects}
    page = "_effects.html" if request.htmx else "submission_effects.html"
    return render(request, f"submissions/{page}", context)
