"""Zip packages (xlsx, ods) checked before any part of them is believed."""

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from metroplan.submissions.readers.limits import check_unpacked, refuse, refuse_unpacked

MAX_ENTRIES = 2_000
# Sheets pack well, but not a hundred times; only bombs do, and small files may do as they like.
MAX_RATIO = 200
RATIO_FROM = 20 * 1024 * 1024
LOCAL_HEADER = 30
# Parts of small packages are kept from when they were checked, to be unpacked once.
KEPT = 16 * 1024 * 1024
CHUNK = 1024 * 1024
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
TAIL = max(map(len, DECLARATIONS)) - 1


class Package:
    """The parts of a checked zip by name. Raises FileProblem when a check fails."""

    def __init__(self, content: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            refuse("file.not_a_workbook")
        self._entries = self._archive.infolist()
        self._kept: dict[str, bytes] = {}
        self._check_names()
        check_unpacked(self.unpacked)
        self._check_parts(memoryview(content))

    @property
    def unpacked(self) -> int:
        """Bytes of all parts; a package that claims others than it holds was refused."""
        return sum(entry.file_size for entry in self._entries)

    @property
    def names(self) -> set[str]:
        return {entry.filename for entry in self._entries}

    def read(self, name: str) -> bytes:
        if name in self._kept:
            return self._kept[name]
        try:
            return self._archive.read(name)
        except (KeyError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError):
            refuse("file.not_a_workbook")

    def _check_names(self) -> None:
        if len(self._entries) > MAX_ENTRIES:
            refuse("file.unsafe_package")
        if any(_unsafe(entry.filename) for entry in self._entries):
            refuse("file.unsafe_package")
        if len(self.names) != len(self._entries):
            refuse("file.unsafe_package")
        if any(entry.flag_bits & 0x1 for entry in self._entries):
            refuse("file.encrypted")

    def _check_parts(self, content: memoryview) -> None:
        total = 0
        for entry in self._entries:
            keeps = total + entry.file_size <= KEPT
            size, data = _unpack(content, entry, keeps=keeps)
            if size != entry.file_size:
                refuse("file.not_a_workbook")
            total += size
            if keeps and zlib.crc32(data) == entry.CRC:
                self._kept[entry.filename] = data
        if total > RATIO_FROM and total > MAX_RATIO * len(content):
            refuse_unpacked()


def _unsafe(name: str) -> bool:
    return "\\" in name or "\0" in name or name.startswith("/") or ".." in PurePosixPath(name).parts


def _unpack(content: memoryview, entry: zipfile.ZipInfo, *, keeps: bool) -> tuple[int, bytes]:
    """The size the entry really unpacks to, the declared one is only a claim; and what it holds.

    zipfile stops at the declared size where other readers go on, so the data is unpacked here.
    """
    packed = _packed(content, entry)
    if entry.compress_type == zipfile.ZIP_STORED:
        data = bytes(packed)
        _refuse_declarations(data, entry.filename)
        return len(data), data
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        refuse("file.not_a_workbook")
    return _inflate(packed, entry, keeps=keeps)


def _packed(content: memoryview, entry: zipfile.ZipInfo) -> memoryview:
    header = bytes(content[entry.header_offset : entry.header_offset + LOCAL_HEADER])
    if len(header) < LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        refuse("file.not_a_workbook")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = entry.header_offset + LOCAL_HEADER + name_length + extra_length
    return content[start : start + entry.compress_size]


def _inflate(packed: memoryview, entry: zipfile.ZipInfo, *, keeps: bool) -> tuple[int, bytes]:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    kept: list[bytes] = []
    size, rest, tail = 0, packed, b""
    try:
        while not engine.eof:
            chunk = engine.decompress(rest, CHUNK)
            rest = engine.unconsumed_tail
            if not chunk and not rest:
                break
            size += len(chunk)
            check_unpacked(size)
            if keeps and size <= entry.file_size:
                kept.append(chunk)
            _refuse_declarations(tail + chunk, entry.filename)
            tail = chunk[-TAIL:]
    except zlib.error:
        refuse("file.not_a_workbook")
    return size, b"".join(kept)


def _refuse_declarations(data: bytes, name: str) -> None:
    """No part of a workbook has a document type; one that declares entities is an attack."""
    if name.lower().endswith((".xml", ".rels", ".vml")) and any(
        declaration in data for declaration in DECLARATIONS
    ):
        refuse("file.unsafe_xml")
