"""Pictures as they are kept: nothing in them but the picture.

A phone writes where and with which device a photo was taken into the file. Of that the way it is
held and the time stay; the place, the device, previews and what is hung on behind go.
"""

import re
import struct

JPEG, PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
EXIF = b"Exif\0\0"
END, SCAN, FIRST_APP, LAST_APP, COMMENT = 0xD9, 0xDA, 0xE0, 0xEF, 0xFE
# JFIF, the colour profile and Adobe's colour transform: without them colours change.
KEPT_APPS = {0xE0: b"", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
KEPT_CHUNKS = {b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"pHYs", b"tRNS"}
NEXT_MARKER = re.compile(rb"\xff(?=[\x01-\xcf\xd8-\xfe])")
ORIENTATION, TAKEN_AT = 0x0112, 0x0132
SHORT, ASCII = 3, 2


def without_traces(content: bytes) -> bytes:
    """A JPEG or PNG without what tells of place and device. Raises ValueError for anything else,
    and for a picture that breaks off."""
    try:
        if content.startswith(JPEG):
            return _jpeg(content)
        if content.startswith(PNG):
            return _png(content)
    except (IndexError, struct.error) as error:
        raise ValueError("picture.broken") from error
    raise ValueError("picture.kind")


def _jpeg(content: bytes) -> bytes:
    parts, told, at = [], b"", len(JPEG)
    while True:
        marker, at = _marker(content, at)
        if marker == END:
            return JPEG + told + b"".join(parts) + bytes([0xFF, END])
        (length,) = struct.unpack_from(">H", content, at)
        body, at = content[at : at + length], at + length
        if length < 2 or at > len(content):
            raise ValueError("picture.broken")
        if marker == 0xE1 and body[2:].startswith(EXIF):
            told = _told(body[2 + len(EXIF) :])
        elif _is_kept(marker, body[2:]):
            parts.append(bytes([0xFF, marker]) + body)
        if marker == SCAN:
            found = NEXT_MARKER.search(content, at)
            if found is None:
                raise ValueError("picture.broken")
            parts.append(content[at : found.start()])
            at = found.start()


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The marker here, and where what follows it begins; fill bytes may stand before it."""
    if content[at] != 0xFF:
        raise ValueError("picture.broken")
    while content[at] == 0xFF:
        at += 1
    return content[at], at + 1


def _is_kept(marker: int, data: bytes) -> bool:
    if FIRST_APP <= marker <= LAST_APP:
        return marker in KEPT_APPS and data.startswith(KEPT_APPS[marker])
    return marker != COMMENT


def _told(tiff: bytes) -> bytes:
    """A new Exif segment with the two things that stay; none where neither can be read."""
    try:
        entries = dict(_entries(tiff))
    except struct.error:
        return b""
    if not entries:
        return b""
    first = 8 + 2 + 12 * len(entries) + 4
    fields, texts = b"", b""
    for tag, value in sorted(entries.items()):
        if tag == ORIENTATION:
            fields += struct.pack(">HHIHH", tag, SHORT, 1, int.from_bytes(value), 0)
        else:
            fields += struct.pack(">HHII", tag, ASCII, len(value), first + len(texts))
            texts += value
    head = b"MM\0*" + struct.pack(">IH", 8, len(entries))
    body = EXIF + head + fields + bytes(4) + texts
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _entries(tiff: bytes) -> list[tuple[int, bytes]]:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return []
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    found = []
    for place in range(count):
        at = start + 2 + 12 * place
        tag, kind, size = struct.unpack_from(f"{order}HHI", tiff, at)
        if tag == ORIENTATION and kind == SHORT:
            (turned,) = struct.unpack_from(f"{order}H", tiff, at + 8)
            if 1 <= turned <= 8:
                found.append((tag, bytes([turned])))
        if tag == TAKEN_AT and kind == ASCII and size == 20:
            (where,) = struct.unpack_from(f"{order}I", tiff, at + 8)
            if len(text := tiff[where : where + size]) == size:
                found.append((tag, text))
    return found


def _png(content: bytes) -> bytes:
    parts, at = [], len(PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", content, at)
        whole = content[at : at + length + 12]
        if len(whole) < length + 12 or (not parts and kind != b"IHDR"):
            raise ValueError("picture.broken")
        # A chunk whose name begins with a capital is part of the picture.
        if kind[:1].isupper() or kind in KEPT_CHUNKS:
            parts.append(whole)
        at += len(whole)
        if kind == b"IEND":
            return PNG + b"".join(parts)
