"""The API's addresses, its schema, and its pages (all files served from here)."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import DefaultRouter

from indicators import api as indicators
from metroplan.organisations import api as organisations
from metroplan.plans import api as plans
from metroplan.submissions import api as submissions

router = DefaultRouter()
router.register("organisations", organisations.OrganisationViewSet, "organisation")
router.register("plans", plans.PlanViewSet, "plan")
router.register("milestones", plans.MilestoneViewSet, "milestone")
router.register("tasks", plans.TaskViewSet, "task")
router.register("measures", indicators.MeasureViewSet, "measure")
router.register("indicators", indicators.IndicatorViewSet, "indicator")
router.register("targets", indicators.TargetViewSet, "target")
router.register("observations", indicators.ObservationViewSet, "observation")
router.register("progress", indicators.ProgressViewSet, "progress")
router.register("submissions", submissions.SubmissionViewSet, "submission")
router.register("uploads", submissions.UploadViewSet, "upload")

app_name = "api"
urlpatterns = [
    path("", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
]
