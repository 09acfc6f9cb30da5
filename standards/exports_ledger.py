"""The ledger as files: the lines that an import reads, or JSON."""

import json
from collections.abc import Iterator

from django.core.serializers.json import DjangoJSONEncoder

from metroplan.common.tables import table_file
from standards.ledger_columns import file_rows, plain_row
from standards.models import LedgerEntry


def export_content(entries: Iterator[LedgerEntry], fmt: str) -> bytes:
    """`csv`, `xlsx` or `json`; entries come from `selectors.ledger.with_state`."""
    if fmt == "json":
        body = {"results": [plain_row(entry) for entry in entries]}
        return json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
    return table_file(fmt, file_rows(entries))
