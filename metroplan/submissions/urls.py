"""Reporting and review."""

from django.urls import path

from metroplan.submissions.views import acts, files, pages

app_name = "submissions"

urlpatterns = [
    path("", pages.submission_list, name="submission-list"),
    path("review/", pages.review_queue, name="review-queue"),
    path("submissions/<int:pk>/", pages.submission_detail, name="submission-detail"),
    path("submissions/<int:pk>/template/", files.template, name="template"),
    path("submissions/<int:pk>/uploads/", acts.upload_create, name="upload-create"),
    path("submissions/<int:pk>/submit/", acts.submission_submit, name="submission-submit"),
    path("submissions/<int:pk>/approve/", acts.submission_approve, name="submission-approve"),
    path("submissions/<int:pk>/return/", acts.submission_return, name="submission-return"),
    path("uploads/<int:pk>/file/", files.upload_download, name="upload-download"),
    path("uploads/<int:pk>/issues/", files.upload_issues, name="upload-issues"),
    path("rows/<int:pk>/", pages.row_detail, name="row-detail"),
]
