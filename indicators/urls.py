"""Plans, indicators and figures."""

from django.urls import path

from indicators.views import (
    breakdown,
    forms,
    indicators,
    measure_sources,
    plans,
    plausibility,
    revisions,
    sources,
    what_if,
)

app_name = "indicators"

INDICATOR = "<slug:plan>/indicators/<slug:code>/"

urlpatterns = [
    path("", plans.plan_list, name="plan-list"),
    path("observations/<int:pk>/", indicators.observation_detail, name="observation-trace"),
    path(
        "observations/<int:pk>/entries.csv",
        indicators.observation_entries,
        name="observation-entries",
    ),
    path("revisions/", revisions.revision_index, name="revision-list"),
    path("revisions/<int:pk>/approve/", revisions.revision_approve, name="revision-approve"),
    path("revisions/<int:pk>/reject/", revisions.revision_reject, name="revision-reject"),
    path("bundles/<uuid:bundle>/approve/", revisions.bundle_approve, name="bundle-approve"),
    path("thresholds/", revisions.threshold_list, name="threshold-list"),
    path("plausibility/", plausibility.plausibility_list, name="plausibility-list"),
    path("plausibility/rule/", plausibility.plausibility_rule, name="plausibility-rule"),
    path("registers/", measure_sources.measure_source_list, name="measure-source-list"),
    path("registers/<str:code>/", measure_sources.measure_source, name="measure-source"),
    path("sources/", sources.source_list, name="source-list"),
    path("forms/<slug:code>/measures/", forms.form_measures, name="form-measures"),
    path("<slug:plan>/", plans.plan_detail, name="plan-detail"),
    path(INDICATOR, indicators.indicator_detail, name="indicator-detail"),
    path(
        f"{INDICATOR}contributions.csv",
        indicators.indicator_contributions,
        name="indicator-contributions",
    ),
    path(f"{INDICATOR}simulate/", what_if.indicator_simulate, name="indicator-simulate"),
    path(f"{INDICATOR}explanations/", sources.indicator_explain, name="indicator-explain"),
    path(f"{INDICATOR}breaks/", sources.indicator_break, name="indicator-break"),
    path(f"{INDICATOR}revisions/", revisions.indicator_revisions, name="indicator-revisions"),
    path(f"{INDICATOR}breakdown/", breakdown.indicator_breakdown, name="indicator-breakdown"),
    path(
        f"{INDICATOR}breakdown/import/",
        breakdown.indicator_breakdown_import,
        name="indicator-breakdown-import",
    ),
    path(
        f"{INDICATOR}breakdown.csv",
        breakdown.indicator_breakdown_export,
        name="indicator-breakdown-export",
    ),
    path(
        f"{INDICATOR}fingerprint/", indicators.indicator_fingerprint, name="indicator-fingerprint"
    ),
]
