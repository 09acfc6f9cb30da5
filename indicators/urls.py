"""Plans, indicators and figures."""

from django.urls import path

from indicators.views import indicators, plans

app_name = "indicators"

INDICATOR = "<slug:plan>/indicators/<slug:code>/"

urlpatterns = [
    path("", plans.plan_list, name="plan-list"),
    path("observations/<int:pk>/", indicators.observation_detail, name="observation-trace"),
    path("<slug:plan>/", plans.plan_detail, name="plan-detail"),
    path(INDICATOR, indicators.indicator_detail, name="indicator-detail"),
    path(
        f"{INDICATOR}contributions.csv",
        indicators.indicator_contributions,
        name="indicator-contributions",
    ),
    path(
        f"{INDICATOR}fingerprint/", indicators.indicator_fingerprint, name="indicator-fingerprint"
    ),
]
