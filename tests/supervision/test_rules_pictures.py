"""Photos are kept as pictures alone: no place, no device, nothing hung on behind."""

import struct
import zlib

import pytest

from supervision.rules.pictures import without_traces
from tests.supervision.campaign import PICTURE

PLACE = b"N 22 49 E 108 19"
TAKEN = b"2026:03:05 10:20:30\0"


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def exif(order: str = "<", orientation: int = 6) -> bytes:
    """Orientation, time, device and a pointer to where the place would stand."""
    first = 8 + 2 + 4 * 12 + 4
    at = {"taken": first, "device": first + len(TAKEN)}
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, 4)
    fields = struct.pack(f"{order}HHII", 0x0110, 2, len(PLACE), at["device"])
    fields += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    fields += struct.pack(f"{order}HHII", 0x0132, 2, len(TAKEN), at["taken"])
    fields += struct.pack(f"{order}HHII", 0x8825, 4, 1, at["device"])
    return b"Exif\0\0" + head + fields + bytes(4) + TAKEN + PLACE


def jpeg(*segments: bytes, scan: bytes = b"\x12\xff\x00\x34\xff\xd0\x56") -> bytes:
    table = segment(0xDB, bytes(65))
    start = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + scan
    return b"\xff\xd8" + b"".join(segments) + table + start + b"\xff\xd9"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_place_goes_and_the_way_it_was_held_and_the_time_stay(order):
    jfif = segment(0xE0, b"JFIF\0\x01\x01")
    photo = jpeg(jfif, segment(0xE1, exif(order)), segment(0xED, PLACE), segment(0xFE, PLACE))
    kept = without_traces(photo)
    assert PLACE not in kept
    assert TAKEN in kept
    assert jfif in kept
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in kept
    assert kept.endswith(photo[photo.index(b"\xff\xdb") :])


def test_a_photo_without_traces_stays_byte_for_byte():
    photo = jpeg(segment(0xE0, b"JFIF\0"), segment(0xE2, b"ICC_PROFILE\0x"))
    assert without_traces(photo) == photo
    assert without_traces(PICTURE) == PICTURE
    assert without_traces(without_traces(jpeg(segment(0xE1, exif())))) == without_traces(
        jpeg(segment(0xE1, exif()))
    )


def test_what_hangs_on_behind_a_picture_goes():
    photo = jpeg()
    assert without_traces(photo + b"a film with sound") == photo
    assert without_traces(PICTURE + b"<script>") == PICTURE


def test_a_picture_in_several_scans_is_kept_whole():
    more = segment(0xC4, b"\xff\xd9\x00") + segment(0xDA, b"\x01") + b"\x77"
    photo = jpeg(scan=b"\x12" + more)
    assert without_traces(photo) == photo


def test_texts_and_place_in_a_png_go():
    head, rest = PICTURE[:33], PICTURE[33:]
    told = chunk(b"eXIf", exif()[6:]) + chunk(b"tEXt", PLACE) + chunk(b"iTXt", PLACE)
    assert without_traces(head + told + rest) == PICTURE


def test_exif_that_cannot_be_read_is_left_out():
    broken = segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert without_traces(jpeg(broken)) == jpeg()
    assert without_traces(jpeg(segment(0xE1, exif(orientation=99)))) != jpeg()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload='x'>",
        b"GIF89a",
        b"\xff\xd8",
        b"\xff\xd8\xff\xe0xx",
        jpeg()[:-9],
        b"\xff\xd8" + b"\xff\xe1\x00\x01",
        b"\xff\xd8" + b"MZ" * 20,
        PICTURE[:-6],
        PICTURE[:8] + chunk(b"tEXt", b"x"),
    ],
)
def test_what_is_no_whole_picture_is_refused(content):
    with pytest.raises(ValueError, match="picture"):
        without_traces(content)


@pytest.mark.parametrize("cut", range(2, 90))
def test_a_picture_that_breaks_off_anywhere_raises_nothing_else(cut):
    photo = jpeg(segment(0xE1, exif()))
    with pytest.raises(ValueError, match="picture"):
        without_traces(photo[:cut])
