"""Files that nobody sends on purpose: real ones of the corpus with something broken in them."""

import io
import random
import re
import zipfile
from collections.abc import Callable
from functools import cache

from openpyxl import Workbook

from tests.files.make_files import HEADINGS, LINES, saved
from tests.submissions.corpus import FILES

LARGEST = 200_000
TEXTS = (
    *("1e308", "9" * 400, "-0", "∞", "NaN", "=1/0", "=A1", "@x", "'", '"', ",", "\t", "1,23"),
    *("１２．５％", "3月10日", "1.5万", "—", "/", "无", "是", "\u202e12", "🙂" * 50, "x" * 40_000),
    *("0x1F", "1_000", "１／２", "1e5", "+-1", "½", "٣", "<b>", "&amp;", "\ufeff", "\u0000"[:0]),
)
NUMBERS = (0, -1, 1e15, 1e300, 5e-324, 0.1 + 0.2, 2**63, 12.5, True)
FORMATS = ("0.0%", "yyyy-mm-dd", "@", '0"%"', "[h]:mm", "General")
REFERENCE = re.compile(rb'r="[A-Z]+[0-9]+"')
DIGITS = re.compile(rb"[0-9]+")
HUGE = (b"0", b"-1", b"99999999999", b"4294967296", b"1048577", b"1e999")


@cache
def originals(suffixes: tuple[str, ...]) -> list[bytes]:
    paths = sorted(path for path in FILES.iterdir() if path.suffix in suffixes)
    contents = (path.read_bytes() for path in paths)
    return [content for content in contents if 0 < len(content) < LARGEST]


def case(seed: str, number: int) -> bytes:
    """The same for the same seed and number."""
    chance = random.Random(f"{seed}:{number}")
    make = chance.choices([package, table, cells, compound], [10, 6, 5, 2])[0]
    return make(chance)


def package(chance: random.Random) -> bytes:
    content = chance.choice(originals((".xlsx", ".ods", ".xlsm")))
    for _ in range(chance.randint(1, 2)):
        content = chance.choice(PACKAGE_FAULTS)(chance, content)
    return content


def table(chance: random.Random) -> bytes:
    content = chance.choice(originals((".csv", ".tsv")))
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(TABLE_FAULTS)(chance, content)
    return content


def compound(chance: random.Random) -> bytes:
    fault = chance.choice([flipped, cut, repeated])
    return fault(chance, chance.choice(originals((".xls",))))


def cells(chance: random.Random) -> bytes:
    """A workbook with the right headings, and anything anywhere."""
    book = Workbook()
    sheet = book.active
    for row in [HEADINGS, *LINES]:
        sheet.append(row)
    for _ in range(chance.randint(1, 12)):
        cell = sheet.cell(chance.randint(1, 12), chance.randint(1, 9))
        cell.value = chance.choice([chance.choice(TEXTS), chance.choice(NUMBERS), None])
        cell.number_format = chance.choice(FORMATS)
    if chance.random() < 0.3:
        top, left = chance.randint(1, 6), chance.randint(1, 6)
        sheet.merge_cells(start_row=top, start_column=left, end_row=top + 2, end_column=left + 2)
    if chance.random() < 0.2:
        sheet.cell(chance.choice([500, 30_000, 1_048_576]), chance.choice([1, 300, 16_384]), 1)
    if chance.random() < 0.2:
        book.create_sheet(chance.choice(["metroplan", "问题 Issues", "x" * 31])).append([1, "数值"])
    return saved(book)


def flipped(chance: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice([1, 3, 20, 200])):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randint(0, len(content))]


def repeated(chance: random.Random, content: bytes) -> bytes:
    start = chance.randrange(len(content) + 1)
    piece = content[start : start + chance.choice([1, 30, 500])]
    return content[:start] + piece * chance.choice([2, 50, 1_000]) + content[start:]


def dropped(chance: random.Random, content: bytes) -> bytes:
    start = chance.randrange(len(content) + 1)
    return content[:start] + content[start + chance.choice([1, 10, 300]) :]


def renumbered(chance: random.Random, content: bytes) -> bytes:
    """One number of the markup made huge."""
    found = list(DIGITS.finditer(content))
    if not found:
        return content
    spot = chance.choice(found)
    return content[: spot.start()] + chance.choice(HUGE) + content[spot.end() :]


def moved(chance: random.Random, content: bytes) -> bytes:
    """Cells that say they stand elsewhere."""
    places = [b"A1", b"XFD1048576", b"AAAA1", b"A0", b"A99999999999", b"", b"D5"]
    return REFERENCE.sub(lambda _: b'r="' + chance.choice(places) + b'"', content, count=3)


def nested(chance: random.Random, content: bytes) -> bytes:
    depth = chance.choice([50, 2_000, 100_000])
    deep = b"<si>" * depth + b"x" + b"</si>" * chance.choice([depth, 0])
    at = content.rfind(b"</")
    return content[:at] + deep + content[at:]


def in_part(fault: Callable) -> Callable[[random.Random, bytes], bytes]:
    """The fault inside one part of the package, which stays a zip in order."""

    def act(chance: random.Random, content: bytes) -> bytes:
        parts = unpacked(content)
        if parts:
            name = chance.choice(sorted(parts))
            parts[name] = fault(chance, parts[name])
        return packed(parts)

    return act


def swapped(chance: random.Random, content: bytes) -> bytes:
    """Parts that changed places, also with another workbook's."""
    parts = unpacked(content)
    others = unpacked(chance.choice(originals((".xlsx", ".ods"))))
    if parts and others:
        one, other = chance.choice(sorted(parts)), chance.choice(sorted(others))
        parts[one], parts[other] = others[other], parts.get(one, b"")
    return packed(parts)


def without_part(chance: random.Random, content: bytes) -> bytes:
    parts = unpacked(content)
    if parts:
        parts.pop(chance.choice(sorted(parts)))
    return packed(parts)


def unpacked(content: bytes) -> dict[str, bytes]:
    """Nothing for a package that is broken already or too large to play with."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            small = [item for item in archive.infolist() if item.file_size < 5_000_000]
            return {item.filename: archive.read(item.filename) for item in small}
    except Exception:  # whatever zipfile makes of a broken file
        return {}


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def delimited(chance: random.Random, content: bytes) -> bytes:
    sign = chance.choice([b",", b"\t", b";", b'"', b"\r", b"\n", b"\0", b"'"])
    return content.replace(chance.choice([b",", b"\n", b"\t"]), sign, chance.choice([1, 5, -1]))


def recoded(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(
        chance.choice(["utf-16", "gb18030", "utf-16-le", "big5", "utf-7"]), "replace"
    )


def widened(chance: random.Random, content: bytes) -> bytes:
    line = chance.choice([b"," * 300, b"x," * 150, b'"', b"1," * 100_000, "字".encode() * 40_000])
    return content + line + b"\n" * chance.choice([1, 30_000])


def typed(chance: random.Random, content: bytes) -> bytes:
    fields = content.split(b",")
    fields[chance.randrange(len(fields))] = chance.choice(TEXTS).encode()
    return b",".join(fields)


PACKAGE_FAULTS = [
    *(flipped, cut, repeated, swapped, without_part),
    *map(in_part, (flipped, cut, repeated, dropped, renumbered, moved, nested, renumbered)),
]
TABLE_FAULTS = [flipped, cut, repeated, dropped, delimited, recoded, widened, typed, typed]
