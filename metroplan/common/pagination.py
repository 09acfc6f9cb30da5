"""Pages of API lists."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

CSV_ROWS = 10_000


class Pages(PageNumberPagination):
    """100 rows at a time, on request up to 1,000; a spreadsheet gets up to 10,000 at once.

    The headers `X-Total-Count` and `Link` say for every format what JSON says in its body.
    """

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000

    def get_page_size(self, request: Request) -> int | None:
        if request.accepted_renderer.format == "csv":
            self.page_size = self.max_page_size = CSV_ROWS
        return super().get_page_size(request)

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        response["X-Total-Count"] = self.page.paginator.count
        links = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        if shown := [f'<{url}>; rel="{name}"' for name, url in links.items() if url]:
            response["Link"] = ", ".join(shown)
        return response
