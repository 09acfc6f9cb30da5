"""Addresses: standards."""

from django.urls import path

from standards.views import (
    bulk_edit,
    examination_rules,
    expiry,
    files,
    life,
    standard_edit,
    standards,
)

urlpatterns = [
    path("", standards.standard_list, name="standard-list"),
    path("export/", standards.standard_export, name="standard-export"),
    path("options/", standards.standard_options, name="standard-options"),
    path("new/", standard_edit.standard_create, name="standard-create"),
    path("change-many/", bulk_edit.standard_bulk_edit, name="standard-bulk-edit"),
    path("expiry/", expiry.expiry, name="expiry"),
    path("expiry/rules/", examination_rules.examination_rule_list, name="examination-rules"),
    path("<int:pk>/", life.standard_detail, name="standard-detail"),
    path("<int:pk>/edit/", standard_edit.standard_edit, name="standard-edit"),
    path("<int:pk>/traceability/", standards.standard_trace, name="standard-trace"),
    path("<int:pk>/print/", standards.standard_print, name="standard-print"),
    path("<int:pk>/move/", life.standard_move, name="standard-move"),
    path("<int:pk>/certify/", life.standard_certificate, name="standard-certificate"),
    path("<int:pk>/grade/", life.standard_grade, name="standard-grade"),
    path("<int:pk>/apply/", life.standard_apply, name="standard-apply"),
    path("<int:pk>/control/", life.standard_control, name="standard-control"),
    path("<int:pk>/attach/", life.standard_attach, name="standard-attach"),
    path("certificates/<int:pk>/revoke/", life.certificate_revoke, name="certificate-revoke"),
    path("certificates/<int:pk>/file/", files.certificate_file, name="certificate-file"),
    path("examinations/<int:pk>/decide/", life.examination_decide, name="examination-decide"),
    path("examinations/<int:pk>/attach/", life.examination_attach, name="examination-attach"),
    path("documents/<int:pk>/file/", files.document_file, name="document-file"),
    path("attachments/<int:pk>/file/", files.attachment_file, name="attachment-file"),
    path("attachments/<int:pk>/remove/", life.attachment_remove, name="attachment-remove"),
]
