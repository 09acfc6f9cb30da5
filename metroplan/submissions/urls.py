"""Reporting and review."""

from django.urls import include, path

from metroplan.submissions.views import (
    acts,
    decisions,
    evidence,
    explanations,
    files,
    forms,
    grid,
    joint,
    mapping,
    matrix,
    pages,
)

app_name = "submissions"

urlpatterns = [
    path("", pages.submission_list, name="submission-list"),
    path("large-files/", include("metroplan.submissions.urls_bulk")),
    path("review/", pages.review_queue, name="review-queue"),
    path("matrix/", matrix.matrix_page, name="matrix"),
    path("matrix.csv", matrix.matrix_export, name="matrix-export"),
    path("forms/", forms.form_list, name="form-list"),
    path("forms/new/", forms.form_create, name="form-create"),
    path("forms/<slug:code>/", forms.form_detail, name="form-detail"),
    path("forms/<slug:code>/unit/", forms.form_unit, name="form-unit"),
    path("forms/<slug:code>/open/", forms.form_open, name="form-open"),
    path("joint/", joint.joint_form, name="joint-form"),
    path("joint/template/", joint.joint_template, name="joint-template"),
    path("joint/uploads/", joint.joint_upload, name="joint-upload"),
    path("joint/submit/", joint.joint_submit, name="joint-submit"),
    path("submissions/<int:pk>/", pages.submission_detail, name="submission-detail"),
    path("submissions/<int:pk>/template/", files.template, name="template"),
    path("submissions/<int:pk>/uploads/", acts.upload_create, name="upload-create"),
    path("submissions/<int:pk>/submit/", decisions.submission_submit, name="submission-submit"),
    path("submissions/<int:pk>/approve/", decisions.submission_approve, name="submission-approve"),
    path("submissions/<int:pk>/return/", decisions.submission_return, name="submission-return"),
    path(
        "submissions/<int:pk>/unapprove/",
        decisions.submission_unapprove,
        name="submission-unapprove",
    ),
    path("submissions/<int:pk>/reopen/", decisions.submission_reopen, name="submission-reopen"),
    path("submissions/<int:pk>/correct/", decisions.submission_correct, name="submission-correct"),
    path("corrections/<int:pk>/", decisions.correction_decide, name="correction-decide"),
    path("review/approve/", decisions.approve_many, name="queue-approve"),
    path(
        "submissions/<int:pk>/explanations/",
        explanations.submission_explain,
        name="submission-explain",
    ),
    path(
        "submissions/<int:pk>/effects/",
        explanations.submission_effects,
        name="submission-effects",
    ),
    path("submissions/<int:pk>/entry/", grid.submission_entry, name="submission-entry"),
    path("submissions/<int:pk>/entry/check/", grid.entry_check, name="submission-check"),
    path("submissions/<int:pk>/entry/draft/", grid.draft_save, name="submission-draft"),
    path("submissions/<int:pk>/entry/discard/", grid.draft_discard, name="submission-discard"),
    path("submissions/<int:pk>/evidence/", evidence.evidence_create, name="submission-evidence"),
    path("evidence/<int:pk>/file/", evidence.evidence_file, name="evidence-file"),
    path("evidence/<int:pk>/remove/", evidence.evidence_remove, name="evidence-remove"),
    path("uploads/<int:pk>/file/", files.upload_download, name="upload-download"),
    path("uploads/<int:pk>/issues/", files.upload_issues, name="upload-issues"),
    path("uploads/<int:pk>/marked/", files.upload_marked, name="upload-marked"),
    path("uploads/<int:pk>/columns/", mapping.upload_mapping, name="upload-mapping"),
    path("rows/<int:pk>/", pages.row_detail, name="row-detail"),
]
