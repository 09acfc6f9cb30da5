"""The register as files: one exporter for JSON, CSV and Excel, from the list's own query.

JSON holds each standard whole, with quantities split into value and unit (UCUM) and the
identifiers of digital calibration certificates; CSV and Excel hold the same in the columns that
an import reads (`columns.standards`).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.common.tables import table_file
from metroplan.common.text import plain_number
from standards.columns.standards import CAPABILITY, EQUIPMENT, SERVICE, file_rows
from standards.models import (
    Certificate,
    Institute,
    MeasurementStandard,
    Service,
    UpperLink,
)
from standards.selectors.standards import standing_of

CHUNK = 500
CERTIFICATE = ("kind", "number", "authority", "issued_on", "valid_from", "valid_until")
UPPER = ("is_primary", "holder", "name", "range_text", "performance_text", "way")
UPPER += ("certificate_no", "valid_until")


def whole(found: QuerySet[MeasurementStandard]) -> QuerySet[MeasurementStandard]:
    """With everything that a record tells; as many queries for one as for all. `found` comes from
    `selectors.standards.on_day`."""
    codes = ArrayAgg("kinds__code", filter=Q(kinds__isnull=False), order_by="kinds__code")
    return found.prefetch_related(
        "capabilities",
        "equipment",
        Prefetch("services", Service.objects.annotate(kind_codes=codes)),
        Prefetch("certificates", Certificate.objects.order_by("kind", "-valid_until", "-id")),
        Prefetch("upper_links", UpperLink.objects.select_related("upper")),
    )


def record(standard: Any) -> dict[str, Any]:
    """A standard of `whole` as it stood on the day."""
    institute = standard.institute
    return {
        **_parts(standard, ("number", "name", "code", "field", "holder_kind")),
        **_parts(standard, ("custodian", "location", "note")),
        "institute": _parts(institute, ("code", "name", "uscc")),
        "organisation": _parts(institute.organisation, ("code", "name", "level")),
        **_standing(standard),
        "certificates": [
            _parts(item, (*CERTIFICATE, "revoked_on")) for item in standard.certificates.all()
        ],
        "capabilities": [_parts(item, CAPABILITY) for item in standard.capabilities.all()],
        "services": [_service(item) for item in standard.services.all()],
        "equipment": [_parts(item, EQUIPMENT) for item in standard.equipment.all()],
        "upper_links": [_upper(item) for item in standard.upper_links.all()],
    }


def _standing(standard: Any) -> dict[str, Any]:
    return {
        "rank": standard.rank or "",
        "national_level": standard.national_level or "",
        "graded_since": standard.graded_since,
        "state": standard.state or "",
        "since": standard.state_since,
        "state_document": standard.state_document or "",
        "standing": standing_of(standard.state, standard.until),
        "counts": standard.until is not None,
        "counts_until": standard.until,
    }


def _service(service: Any) -> dict[str, Any]:
    names = [name for name in SERVICE if name != "kinds"]
    return _parts(service, names) | {"kinds": service.kind_codes or []}


def _upper(link: UpperLink) -> dict[str, Any]:
    return {"number": link.upper.number if link.upper else None, **_parts(link, UPPER)}


def _parts(thing: Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(thing, name)) for name in names}


def _plain(value: Any) -> Any:
    """Decimals as text, without the zeros that storing added."""
    return plain_number(value) if isinstance(value, Decimal) else value


def register_content(found: QuerySet[MeasurementStandard], *, day: date, fmt: str) -> bytes:
    """The standards of a list as a file of the format, read CHUNK at a time."""
    shown = map(record, whole(found).iterator(chunk_size=CHUNK))
    if fmt == "json":
        return _json(shown, day)
    return table_file(fmt, file_rows(shown), fixed=2)


def _json(shown: Iterable[dict[str, Any]], day: date) -> bytes:
    body = {
        "as_of": day,
        "exported_at": timezone.localtime().replace(microsecond=0),
        "units": "UCUM",
        "standards": list(shown),
    }
    return json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


def institute_rows(found: Iterable[Institute]) -> Iterator[Sequence[Any]]:
    """The headings, then one line for each institute of `selectors.institutes`."""
    yield [
        _("Code"),
        _("Name"),
        _("Kind"),
        _("Unit code"),
        _("Unit"),
        _("Level"),
        _("Unified social credit code"),
        _("Address"),
        _("Established on"),
        _("Closed on"),
        _("Standards that count"),
        _("Public standards that count"),
    ]
    for institute in found:
        yield [
            institute.code,
            institute.name,
            institute.get_kind_display(),
            institute.organisation.code,
            institute.organisation.name,
            institute.organisation.get_level_display(),
            institute.uscc,
            institute.address,
            institute.established_on,
            institute.closed_on,
            institute.standards_in_force,
            institute.public_in_force,
        ]
