"""Static files: of the hundreds that packages bring, only those that a page loads are served."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, FileSystemFinder
from django.core.files.storage import Storage


class NpmFilesFinder(FileSystemFinder):
    """Leaves out what lies under vendor/ and matches no pattern of LOADED_FILES."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(ignore_patterns):
            prefix = getattr(storage, "prefix", None) or ""
            if not prefix.startswith("vendor/") or _is_loaded(f"{prefix}/{path}"):
                yield path, storage


class AppFilesFinder(AppDirectoriesFinder):
    """Leaves out what an installed app brings and matches no pattern of LOADED_FILES."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        return (item for item in super().list(ignore_patterns) if _is_loaded(item[0]))


def _is_loaded(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in settings.LOADED_FILES)
