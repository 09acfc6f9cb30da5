"""Addresses: ledger."""

from django.urls import path

from standards.views import ledger

urlpatterns = [
    path("", ledger.ledger_list, name="ledger-list"),
    path("export/", ledger.ledger_export, name="ledger-export"),
    path("new/", ledger.ledger_create, name="ledger-create"),
    path("<int:pk>/", ledger.ledger_detail, name="ledger-detail"),
    path("<int:pk>/change/", ledger.ledger_change, name="ledger-change"),
    path("<int:pk>/state/", ledger.ledger_state, name="ledger-state"),
    path("<int:pk>/evidence/", ledger.ledger_evidence, name="ledger-evidence"),
    path("evidence/<int:pk>/", ledger.ledger_evidence_file, name="ledger-evidence-file"),
    path("evidence/<int:pk>/remove/", ledger.ledger_evidence_remove, name="ledger-evidence-remove"),
]
