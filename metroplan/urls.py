"""Where each address leads."""

from django.urls import include, path

urlpatterns = [
    path("", include("metroplan.dashboards.urls")),
    path("", include("metroplan.organisations.urls")),
    path("reporting/", include("metroplan.submissions.urls")),
    path("plans/", include("indicators.urls")),
    path("standards/", include("standards.urls")),
    path("supervision/", include("supervision.urls")),
    path("public/", include("supervision.urls.public")),
    path("api/v1/", include("metroplan.api")),
]

handler500 = "metroplan.api.server_error"
