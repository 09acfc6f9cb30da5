"""A large file is written to disk as it comes, counted and hashed on the way, never held in memory.

It lies under MEDIA_ROOT, so that keeping it is a rename.
"""

import hashlib
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError
from metroplan.common.text import whole_number

# What multipart puts around the file.
ENVELOPE = 64 * 1024
SUFFIX = ".incoming"
KEPT_SECONDS = 24 * 3600


def directory() -> Path:
    return Path(settings.MEDIA_ROOT) / "incoming"


class IncomingFile(TemporaryUploadedFile):
    """A file on disk beside where it will stay, with the digest that was taken while it came."""

    sha256 = ""

    def __init__(self, name: str, content_type: str, charset: str | None) -> None:
        directory().mkdir(parents=True, exist_ok=True)
        # It goes when it is closed, unless it was moved to where files are kept.
        held = tempfile.NamedTemporaryFile(suffix=SUFFIX, dir=directory())  # noqa: SIM115
        UploadedFile.__init__(self, held, name, content_type, 0, charset)


class IncomingHandler(TemporaryFileUploadHandler):
    """Stops what is larger than BULK_MAX_BYTES; `too_large` then says so."""

    too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = IncomingFile(self.file_name, self.content_type, self.charset)
        self._digest = hashlib.sha256()
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > settings.BULK_MAX_BYTES:
            self.too_large = True
            raise StopUpload(connection_reset=False)
        self._digest.update(raw_data)
        super().receive_data_chunk(raw_data, start)

    def problem(self) -> MetroplanError:
        return _too_large()

    def file_complete(self, file_size: int) -> IncomingFile | None:
        if self.too_large:
            return None
        file = super().file_complete(file_size)
        file.sha256 = self._digest.hexdigest()
        return file


def take_handler(request: HttpRequest) -> IncomingHandler:
    """From here on the request's file goes to disk; call it before anything reads the request."""
    handler = IncomingHandler(request)
    request.upload_handlers = [handler]
    return handler


def announced(request: HttpRequest) -> int:
    """Bytes of the file as the request says before it is read; 0 where it does not say."""
    said = whole_number(request.META.get("CONTENT_LENGTH") or "") or 0
    return max(said - ENVELOPE, 0)


def refuse_too_large(size: int) -> None:
    if size > settings.BULK_MAX_BYTES:
        raise _too_large()


def _too_large() -> MetroplanError:
    return MetroplanError(
        "bulk.too_large",
        _("The file is larger than {limit} MB: split it, for example by year, and send the parts."),
        status=413,
        limit=settings.BULK_MAX_BYTES // 1024 // 1024,
    )


def clear_leftovers() -> None:
    """What a server that was killed while it received left behind."""
    oldest = time.time() - KEPT_SECONDS
    for path in directory().glob(f"*{SUFFIX}"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
