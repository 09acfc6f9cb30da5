"""Addresses: entities and instruments."""

from django.urls import path

from supervision.views import entities, instruments, intervals, rates

urlpatterns = [
    path("entities/", entities.entity_list, name="entity-list"),
    path("entities/export/", entities.entity_export, name="entity-export"),
    path("entities/options/", entities.entity_options, name="entity-options"),
    path("entities/new/", entities.entity_create, name="entity-create"),
    path("entities/<int:pk>/", entities.entity_detail, name="entity-detail"),
    path("entities/<int:pk>/edit/", entities.entity_edit, name="entity-edit"),
    path("entities/<int:pk>/close/", entities.entity_close, name="entity-close"),
    path("instruments/", instruments.instrument_list, name="instrument-list"),
    path("instruments/due/", instruments.due, name="due"),
    path("instruments/export/", instruments.instrument_export, name="instrument-export"),
    path("instruments/verifications/", instruments.verification_export, name="verification-export"),
    path("instruments/rates/", rates.verification_rate_list, name="rates"),
    path("instruments/rates/export/", rates.verification_rate_export, name="rates-export"),
    path("instruments/intervals/", intervals.intervals, name="intervals"),
    path("instruments/new/", instruments.instrument_create, name="instrument-create"),
    path("instruments/<int:pk>/", instruments.instrument_detail, name="instrument-detail"),
    path("instruments/<int:pk>/edit/", instruments.instrument_edit, name="instrument-edit"),
    path("instruments/<int:pk>/verify/", instruments.instrument_verify, name="instrument-verify"),
    path("instruments/<int:pk>/out/", instruments.instrument_out, name="instrument-out"),
    path("instruments/<int:pk>/back/", instruments.instrument_back, name="instrument-back"),
    path(
        "verifications/<int:pk>/remove/",
        instruments.verification_remove,
        name="verification-remove",
    ),
]
