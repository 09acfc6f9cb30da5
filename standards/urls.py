"""Addresses of the register of measurement standards."""

from django.urls import include, path

app_name = "standards"
urlpatterns = [
    path("", include("standards.urls_standards")),
    path("institutes/", include("standards.urls_institutes")),
    path("catalogue/", include("standards.urls_catalogue")),
    path("ledger/", include("standards.urls_ledger")),
]
