"""Static files from npm packages: of hundreds in each, only those that a page loads are served."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import Storage


class LoadedFilesFinder(FileSystemFinder):
    """Leaves out what lies under vendor/ and matches no pattern of VENDOR_FILES."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(ignore_patterns):
            prefix = getattr(storage, "prefix", None) or ""
            if not prefix.startswith("vendor/") or _is_loaded(f"{prefix}/{path}"):
                yield path, storage


def _is_loaded(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in settings.VENDOR_FILES)
