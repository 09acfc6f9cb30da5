"""What the lists of supervision share: a page of rows, and all of them as a file."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from metroplan.common.register_files import RegisterColumns
from metroplan.common.tables import TYPES, file_response

ROWS_PER_PAGE = 50
CHUNK = 2000


def page_of(
    request: HttpRequest, found: QuerySet, rows: Callable[..., list[Any]], *args: Any
) -> tuple[Page, list[Any]]:
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return page, rows(page.object_list, *args)


def exported(
    request: HttpRequest, found: QuerySet, columns: RegisterColumns, name: str
) -> HttpResponse:
    """What the list shows, all of it: `?format=csv`, `xlsx` or `json`."""
    fmt = request.GET.get("format", "csv")
    if fmt not in TYPES:
        raise Http404(fmt)
    return file_response(columns.content(found.iterator(chunk_size=CHUNK), fmt), name, fmt)
