"""Addresses of the register of measurement standards."""

from django.urls import include, path

app_name = "standards"
urlpatterns = [
    path("", include("standards.urls.standards")),
    path("institutes/", include("standards.urls.institutes")),
    path("catalogue/", include("standards.urls.catalogue")),
    path("ledger/", include("standards.urls.ledger")),
]
