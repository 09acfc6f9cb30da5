"""Addresses of supervision."""

from django.urls import include, path

app_name = "supervision"
urlpatterns = [
    path("", include("supervision.urls.ledgers")),
    path("", include("supervision.urls.campaigns")),
    path("", include("supervision.urls.content")),
]
