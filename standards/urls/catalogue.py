"""Addresses: catalogue, kinds, groups, exclusions, coverage."""

from django.urls import path

from standards.views import catalogue, catalogue_import, coverage, exclusions, kinds

urlpatterns = [
    path("", catalogue.catalogue_list, name="catalogue-list"),
    path("coverage/", coverage.coverage_page, name="coverage"),
    path("coverage/export/", coverage.coverage_export, name="coverage-export"),
    path("kinds/", kinds.kind_list, name="kind-list"),
    path("kinds/new/", kinds.kind_create, name="kind-create"),
    path("kinds/<slug:code>/", kinds.kind_detail, name="kind-detail"),
    path("groups/", kinds.group_list, name="group-list"),
    path("groups/new/", kinds.group_create, name="group-create"),
    path("groups/<slug:code>/", kinds.group_detail, name="group-detail"),
    path("exclusions/", exclusions.exclusion_list, name="exclusion-list"),
    path("exclusions/new/", exclusions.exclusion_create, name="exclusion-create"),
    path("exclusions/<int:pk>/end/", exclusions.exclusion_end, name="exclusion-end"),
    path("versions/new/", catalogue_import.catalogue_new, name="catalogue-create"),
    path("versions/preview/", catalogue_import.catalogue_preview, name="catalogue-preview"),
    path("versions/apply/", catalogue_import.catalogue_apply, name="catalogue-apply"),
    path("versions/<slug:code>/", catalogue.catalogue_detail, name="catalogue-detail"),
    path("versions/<slug:code>/change/", catalogue.catalogue_change, name="catalogue-change"),
    path("versions/<slug:code>/export/", catalogue.catalogue_export, name="catalogue-export"),
    path("versions/<slug:code>/source/", catalogue.catalogue_source, name="catalogue-source"),
    path("versions/<slug:code>/table/", catalogue_import.catalogue_table, name="catalogue-table"),
    path(
        "versions/<slug:code>/table/preview/",
        catalogue_import.catalogue_table_preview,
        name="catalogue-table-preview",
    ),
    path("versions/<slug:code>/items/<str:item>/", catalogue.catalogue_item, name="catalogue-item"),
]
