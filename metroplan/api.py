"""The API's addresses, its schema, and its pages (all files served from here)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.routers import DefaultRouter
from rest_framework.views import APIView

from indicators import api as indicators
from metroplan.common.api_errors import body
from metroplan.common.language import API
from metroplan.organisations import api as organisations
from metroplan.plans import api as plans
from metroplan.submissions import api as submissions
from metroplan.submissions import api_review
from metroplan.submissions.api_bulk import BulkImportViewSet
from metroplan.submissions.api_cells import CellsView
from metroplan.submissions.api_rates import ReportingRateViewSet
from standards.api.catalogue import CatalogueViewSet, CoverageViewSet
from standards.api.registers import InstituteViewSet, LedgerViewSet, StandardViewSet
from supervision.api.campaigns import CampaignViewSet, InspectionViewSet
from supervision.api.content import LotViewSet
from supervision.api.draws import DrawViewSet
from supervision.api.findings import CaseViewSet, FindingViewSet
from supervision.api.integrity import DishonestyViewSet, IntegrityUnitViewSet
from supervision.api.ledgers import EntityViewSet, InstrumentViewSet


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong is in the server's log; a program is told so in its own way."""
    if not request.path_info.startswith(API):
        return defaults.server_error(request)
    text = _("The server failed on this request; it has been noted, try again later.")
    return JsonResponse(body("server.failed", str(text)), status=500)


class Unknown(APIView):
    """No such address: said as every other error is, and to nobody who is not signed in."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound(_("There is nothing at this address; every address ends with a slash."))


router = DefaultRouter()
# Codes hold full stops, which a suffix would be mistaken for: `?format=csv` asks for CSV.
router.include_format_suffixes = False
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
router.register("bulk-imports", BulkImportViewSet, "bulk-import")
router.register("corrections", api_review.CorrectionViewSet, "correction")
router.register("reporting-rates", ReportingRateViewSet, "reporting-rate")
router.register("institutes", InstituteViewSet, "institute")
router.register("standards", StandardViewSet, "standard")
router.register("ledger", LedgerViewSet, "ledger")
router.register("catalogue", CatalogueViewSet, "catalogue")
router.register("coverage", CoverageViewSet, "coverage")
router.register("entities", EntityViewSet, "entity")
router.register("instruments", InstrumentViewSet, "instrument")
router.register("campaigns", CampaignViewSet, "campaign")
router.register("draws", DrawViewSet, "draw")
router.register("inspections", InspectionViewSet, "inspection")
router.register("findings", FindingViewSet, "finding")
router.register("cases", CaseViewSet, "case")
router.register("lots", LotViewSet, "lot")
router.register("integrity-units", IntegrityUnitViewSet, "integrity-unit")
router.register("dishonesty-records", DishonestyViewSet, "dishonesty-record")

app_name = "api"
urlpatterns = [
    path("submissions/<int:pk>/cells/", CellsView.as_view(), name="submission-cells"),
    path("", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    re_path("", Unknown.as_view(), name="unknown"),
]
