"""Requests that carry a file: too long a one is refused unread."""

from django.conf import settings
from django.http import HttpRequest

# What a browser puts around the file: boundaries, headers, the other fields.
ENVELOPE = 64 * 1024
DISCARD_AT_ONCE = 1024 * 1024
DISCARD_AT_MOST = 8


def announced_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def discard(request: HttpRequest) -> None:
    """Take in a little too much and drop it: a browser cut off while sending shows no answer."""
    left = min(announced_length(request), DISCARD_AT_MOST * settings.UPLOAD_MAX_BYTES)
    while left > 0 and (part := request.read(min(left, DISCARD_AT_ONCE))):
        left -= len(part)
