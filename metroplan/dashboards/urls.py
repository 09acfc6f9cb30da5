"""Pages that read across apps."""

from django.urls import path

from metroplan.dashboards import history, views, views_overview

app_name = "dashboards"

urlpatterns = [
    path("", views.home, name="home"),
    path("overview/", views_overview.overview_page, name="overview"),
    path("overview/overview.csv", views_overview.overview_export, name="overview-export"),
    path("overview/fingerprint/", views_overview.overview_fingerprint, name="overview-fingerprint"),
    path("operations/", views.operations, name="operations"),
    path("audit-events/", views.audit_list, name="audit-list"),
    path("history/<slug:kind>/<int:pk>/", history.record_history, name="record-history"),
]
