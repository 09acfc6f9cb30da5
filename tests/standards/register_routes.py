"""The addresses of standards and institutes, for the tests that walk all addresses."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from metroplan.submissions.services.files import store_file
from standards.models import (
    Attachment,
    Certificate,
    Examination,
    ExaminationDocument,
    InForceSpan,
    MeasurementStandard,
    StateEvent,
)
from tests.standards.covered import add_institute
from tests.world import World

STANDARD = (
    *("standard-detail", "standard-edit", "standard-trace", "standard-print", "standard-move"),
    *("standard-certificate", "standard-grade", "standard-apply", "standard-control"),
    *("standard-attach",),
)
INSTITUTE = (
    *("institute-detail", "institute-edit", "institute-authorize", "institute-staff"),
    *("institute-assessor",),
)


@dataclass(frozen=True)
class RegisterThings:
    """A standard of one unit with one of everything."""

    standard: MeasurementStandard
    certificate: Certificate
    examination: Examination
    document: ExaminationDocument
    attachment: Attachment

    def arguments(self) -> dict[str, list[Any]]:
        """By route; those of lists and of new things name nothing."""
        pages = {f"standards:{name}": [self.standard.pk] for name in STANDARD}
        pages |= {f"standards:{name}": [self.standard.institute_id] for name in INSTITUTE}
        return pages | {
            "dashboards:record-history": ["standard", self.standard.pk],
            "api:standard-detail": [self.standard.number],
            "api:institute-detail": [self.standard.institute.code],
            "standards:certificate-revoke": [self.certificate.pk],
            "standards:certificate-file": [self.certificate.pk],
            "standards:examination-decide": [self.examination.pk],
            "standards:examination-attach": [self.examination.pk],
            "standards:document-file": [self.document.pk],
            "standards:attachment-file": [self.attachment.pk],
            "standards:attachment-remove": [self.attachment.pk],
        }


def add_register(world: World, unit: str = "A", number: str = "R-1") -> RegisterThings:
    standard = MeasurementStandard.objects.create(
        number=number,
        name="电子天平检定装置",
        field="12",
        institute=add_institute(world, unit),
        holder_kind="public",
    )
    StateEvent.objects.create(standard=standard, state="in_force", since=date(2020, 1, 1))
    InForceSpan.objects.create(standard=standard, first=date(2020, 1, 1), last=date(2029, 12, 31))
    file = store_file(name="paper.txt", content=b"paper", actor=None)
    examination = Examination.objects.create(
        standard=standard, kind="first", applied_on=date(2020, 1, 1)
    )
    return RegisterThings(
        standard=standard,
        certificate=standard.certificates.create(
            kind="examination",
            number=f"C-{number}",
            valid_from=date(2020, 1, 1),
            valid_until=date(2029, 12, 31),
            file=file,
        ),
        examination=examination,
        document=examination.documents.create(kind="report", file=file),
        attachment=standard.attachments.create(title="paper", file=file),
    )


def grow_register(world: World, number: int) -> None:
    for at in range(number):
        add_register(world, f"X{at}", f"X-{at}")


def register_table(figures: list[int], only: Any) -> dict[tuple[str, str], list[int]]:
    """Rows of the table of rights, from the words that it is written with."""
    reading = (
        *("standard-list", "standard-export", "standard-options", "standard-detail"),
        *("standard-trace", "standard-print", "expiry", "certificate-file", "document-file"),
        *("attachment-file", "institute-list", "institute-export", "institute-options"),
        *("institute-detail", "examination-rules"),
    )
    opening = ("standard-create", "standard-edit", "standard-bulk-edit")
    opening += ("institute-create", "institute-edit")
    sending = (
        *opening,
        *("standard-move", "standard-certificate", "standard-grade", "standard-apply"),
        *("standard-control", "standard-attach", "certificate-revoke", "examination-decide"),
        *("examination-attach", "institute-authorize", "institute-staff", "institute-assessor"),
        "examination-rules",
    )
    rows = {("get", f"standards:{name}"): figures for name in reading}
    rows |= {("get", f"standards:{name}"): only(200, "staff") for name in opening}
    rows |= {("post", f"standards:{name}"): only(422, "staff") for name in sending}
    rows["post", "standards:attachment-remove"] = only(302, "staff")
    rows["get", "dashboards:record-history"] = figures
    return rows
