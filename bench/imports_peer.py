"""The same file through django-import-export, as its documentation has it: a trial run that shows
what would change, then the run itself, both in bulk; unknown units and measures are refused."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils import timezone
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import DecimalWidget, ForeignKeyWidget, Widget
from tablib import Dataset

from indicators.models import ImportBatch, Measure, Observation
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation
from metroplan.submissions.models import StoredFile


class PeriodWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Period:
        return Period.parse(value)


class ObservationResource(ModelResource):
    organisation = Field("organisation", "organisation", ForeignKeyWidget(Organisation, "code"))
    measure = Field("measure", "measure", ForeignKeyWidget(Measure, "code"))
    period = Field("period", "period", PeriodWidget())
    state = Field("state", "state")
    value = Field("value", "value", DecimalWidget())
    numerator = Field("numerator", "numerator", DecimalWidget())
    denominator = Field("denominator", "denominator", DecimalWidget())

    class Meta:
        model = Observation
        import_id_fields = ("organisation", "measure", "period")
        fields = (*import_id_fields, "state", "value", "numerator", "denominator")
        use_bulk = True
        batch_size = 1000
        skip_unchanged = True

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        stored = StoredFile.objects.create(name="peer", sha256="0" * 64, size=0, content="peer")
        self.batch = ImportBatch.objects.create(document="peer", file=stored)

    def before_import_row(self, row: dict[str, str], **kwargs: Any) -> None:
        """The state that a blank one stands for, and the checks that every line gets."""
        figure = _number(row["numerator"]) if row["numerator"] else _number(row["value"])
        whole = _number(row["denominator"]) if row["denominator"] else None
        if figure < 0 or (whole is not None and not 0 <= figure <= whole):
            raise ValueError(row)
        row["state"] = row["state"] or ("value" if figure else "zero")

    def before_save_instance(self, instance: Observation, row: dict, **kwargs: Any) -> None:
        instance.batch, instance.recorded_at = self.batch, timezone.now()


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


def by_peer(path: Path) -> None:
    dataset = Dataset().load(path.read_text(encoding="utf-8"), format="csv")
    for dry_run in (True, False):
        result = ObservationResource().import_data(dataset, dry_run=dry_run)
        if result.has_errors() or result.has_validation_errors():
            raise SystemExit(f"the peer refused the file: {result.row_errors()[:1]}")
