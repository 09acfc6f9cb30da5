"""Addresses of supervision."""

from django.urls import include, path

app_name = "supervision"
urlpatterns = [
    path("", include("supervision.urls_ledgers")),
    path("", include("supervision.urls_campaigns")),
    path("", include("supervision.urls_content")),
]
