"""Large files, below `large-files/`."""

from django.urls import path

from metroplan.submissions.views import bulk

urlpatterns = [
    path("", bulk.bulk_list, name="bulk-list"),
    path("new/", bulk.bulk_create, name="bulk-create"),
    path("guide/", bulk.bulk_guide, name="bulk-guide"),
    path("templates/<slug:kind>/", bulk.bulk_template, name="bulk-template"),
    path("<int:pk>/", bulk.bulk_detail, name="bulk-detail"),
    path("<int:pk>/progress/", bulk.bulk_progress, name="bulk-progress"),
    path("<int:pk>/cancel/", bulk.bulk_cancel, name="bulk-cancel"),
    path("<int:pk>/apply/", bulk.bulk_apply, name="bulk-apply"),
    path("<int:pk>/decline/", bulk.bulk_decline, name="bulk-decline"),
    path("<int:pk>/issues/", bulk.bulk_issues, name="bulk-issues"),
    path("<int:pk>/file/", bulk.bulk_file, name="bulk-file"),
]
