"""Addresses: campaigns, draws, inspections, findings and cases."""

from django.urls import path

from supervision.views import campaigns, draws, findings, inspection_files, inspections

urlpatterns = [
    path("campaigns/", campaigns.campaign_list, name="campaign-list"),
    path("campaigns/export/", campaigns.campaign_export, name="campaign-export"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign-create"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign-detail"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign-edit"),
    path("campaigns/<int:pk>/targets/", campaigns.campaign_targets, name="campaign-targets"),
    path("campaigns/<int:pk>/move/", campaigns.campaign_move, name="campaign-move"),
    path("campaigns/<int:pk>/publish/", campaigns.campaign_publish, name="campaign-publish"),
    path("campaigns/<int:pk>/draw/", draws.draw_create, name="draw-create"),
    path("draws/", draws.draw_list, name="draw-list"),
    path("draws/<int:pk>/", draws.draw_detail, name="draw-detail"),
    path("draws/<int:pk>/make/", draws.draw_make, name="draw-make"),
    path("draws/<int:pk>/pool/", draws.draw_pool, name="draw-pool"),
    path("draws/inspectors/", draws.inspector_list, name="inspector-list"),
    path("draws/inspectors/new/", draws.inspector_create, name="inspector-create"),
    path("draws/inspectors/<int:pk>/", draws.inspector_detail, name="inspector-detail"),
    path("draws/inspectors/<int:pk>/edit/", draws.inspector_edit, name="inspector-edit"),
    path("draws/inspectors/<int:pk>/conflict/", draws.conflict_add, name="inspector-conflict"),
    path("draws/conflicts/<int:pk>/end/", draws.conflict_end, name="conflict-end"),
    path("inspections/", inspections.inspection_list, name="inspection-list"),
    path("inspections/export/", inspections.inspection_export, name="inspection-export"),
    path("inspections/new/", inspections.inspection_create, name="inspection-create"),
    path("inspections/<int:pk>/", inspections.inspection_detail, name="inspection-detail"),
    path("inspections/<int:pk>/edit/", inspections.inspection_edit, name="inspection-edit"),
    path("inspections/<int:pk>/order/", inspections.inspection_order, name="inspection-order"),
    path("inspections/<int:pk>/void/", inspections.inspection_void, name="inspection-void"),
    path(
        "inspections/<int:pk>/publish/", inspections.inspection_publish, name="inspection-publish"
    ),
    path(
        "inspections/<int:pk>/instruments/",
        inspections.instrument_options,
        name="inspection-instruments",
    ),
    path("inspections/<int:pk>/photo/", inspection_files.photo_add, name="inspection-photo"),
    path(
        "inspections/<int:pk>/signature/<str:side>/",
        inspection_files.signature_file,
        name="inspection-signature",
    ),
    path("inspections/photos/<int:pk>/", inspection_files.photo_file, name="photo-file"),
    path("inspections/photos/<int:pk>/remove/", inspection_files.photo_remove, name="photo-remove"),
    path("findings/", findings.finding_list, name="finding-list"),
    path("findings/export/", findings.finding_export, name="finding-export"),
    path("findings/<int:pk>/", findings.finding_detail, name="finding-detail"),
    path("findings/<int:pk>/reply/", findings.finding_reply, name="finding-reply"),
    path("findings/<int:pk>/extend/", findings.finding_extend, name="finding-extend"),
    path("findings/<int:pk>/recheck/", findings.finding_recheck, name="finding-recheck"),
    path("findings/<int:pk>/refer/", findings.finding_refer, name="finding-refer"),
    path("findings/steps/<int:pk>/file/", inspection_files.step_file, name="step-file"),
    path("cases/", findings.case_list, name="case-list"),
    path("cases/export/", findings.case_export, name="case-export"),
    path("cases/<int:pk>/", findings.case_detail, name="case-detail"),
    path("cases/<int:pk>/move/", findings.case_move, name="case-move"),
]
