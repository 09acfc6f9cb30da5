"""Addresses: lots of prepackages and their tables, integrity units, dishonesty records."""

from django.urls import path

from supervision.views import content_tables, dishonesty, integrity, judging, lots

urlpatterns = [
    path("lots/", lots.lot_list, name="lot-list"),
    path("lots/export/", lots.lot_export, name="lot-export"),
    path("lots/new/", lots.lot_create, name="lot-create"),
    path("lots/preview/", lots.lot_preview, name="lot-preview"),
    path("lots/calculator/", lots.lot_calculator, name="lot-calculator"),
    path("lots/judge/", judging.lots_judge, name="lots-judge"),
    path("lots/tables/", content_tables.content_tables, name="content-tables"),
    path(
        "lots/tables/sampling/new/",
        content_tables.sampling_plan_create,
        name="sampling-plan-create",
    ),
    path("lots/tables/tolerance/new/", content_tables.tolerance_create, name="tolerance-create"),
    path("lots/<int:pk>/", lots.lot_detail, name="lot-detail"),
    path("lots/<int:pk>/change/", lots.lot_change, name="lot-change"),
    path("lots/<int:pk>/judge/", lots.lot_judge, name="lot-judge"),
    path("lots/<int:pk>/publish/", lots.lot_publish, name="lot-publish"),
    path("integrity/", integrity.integrity_list, name="integrity-list"),
    path("integrity/export/", integrity.integrity_export, name="integrity-export"),
    path("integrity/new/", integrity.integrity_create, name="integrity-create"),
    path("integrity/criteria/", content_tables.criteria_list, name="criteria-list"),
    path("integrity/criteria/new/", content_tables.criteria_create, name="criteria-create"),
    path("integrity/<int:pk>/", integrity.integrity_detail, name="integrity-detail"),
    path("integrity/<int:pk>/move/", integrity.integrity_move, name="integrity-move"),
    path("integrity/<int:pk>/correct/", integrity.integrity_correct, name="integrity-correct"),
    path("integrity/<int:pk>/score/", integrity.integrity_score, name="integrity-score"),
    path("dishonesty/", dishonesty.dishonesty_list, name="dishonesty-list"),
    path("dishonesty/new/", dishonesty.dishonesty_create, name="dishonesty-create"),
    path("dishonesty/<int:pk>/", dishonesty.dishonesty_detail, name="dishonesty-detail"),
    path("dishonesty/<int:pk>/change/", dishonesty.dishonesty_change, name="dishonesty-change"),
    path("dishonesty/<int:pk>/repair/", dishonesty.dishonesty_repair, name="dishonesty-repair"),
]
