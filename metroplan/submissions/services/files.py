"""Files are kept as they came, under names of our own."""

import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from uuid import uuid4

from django.core.files.base import ContentFile, File

from metroplan.organisations.models import User
from metroplan.submissions.models import StoredFile

MISSING = "missing"
KEPT_SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".json", ".yaml"}


def plain_name(name: str) -> str:
    """The last part of a posted name, without anything that steers a path or a terminal."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(char for char in last if char.isprintable())[-200:] or "file"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep_file(
    *, name: str, content: File, size: int, sha256: str, actor: User | None
) -> StoredFile:
    """Keep a file whose digest is known; one that lies on disk beside its place is only moved."""
    shown = plain_name(name)
    suffix = PurePosixPath(shown).suffix.lower()
    stored = StoredFile(name=shown, sha256=sha256, size=size, stored_by=actor)
    kept_as = uuid4().hex + (suffix if suffix in KEPT_SUFFIXES else ".bin")
    stored.content.save(kept_as, content, save=False)
    stored.save()
    return stored


def store_file(*, name: str, content: bytes, actor: User | None) -> StoredFile:
    """Keep the bytes; the posted name is remembered as text and never used as a path."""
    return keep_file(
        name=name,
        content=ContentFile(content),
        size=len(content),
        sha256=sha256(content),
        actor=actor,
    )


def damaged_files() -> Iterator[tuple[StoredFile, str]]:
    """Stored files whose bytes are not those that came, with the digest they have now."""
    for stored in StoredFile.objects.order_by("id").iterator():
        try:
            with stored.content.open("rb") as content:
                actual = hashlib.file_digest(content, "sha256").hexdigest()
        except FileNotFoundError:
            actual = MISSING
        if actual != stored.sha256:
            yield stored, actual
