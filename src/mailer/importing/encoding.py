"""In which encoding a file is written: told by its octets, read once from end to end."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes

from mailer.errors import Where
from mailer.importing.errors import ImportFileError

CHUNK = 1 << 20
HEAD = 4096
SAMPLE = 1 << 16

# The longer marks first: UTF-32's begins like UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What spreadsheets write here when they do not write Unicode: Windows, Macintosh, DOS. Windows'
# includes every printable character of ISO 8859-1.
_LEGACY = ["cp1252", "mac_roman", "cp850"]
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Octets:
    """What one reading of a file's octets tells."""

    digest: str
    """SHA-256 of the whole file."""
    head: bytes
    is_utf8: bool
    has_nul: bool
    sample: bytes
    """Lines with something else than ASCII in them, up to a measure."""


def examine(file: Path) -> Octets:
    """Read the file once; raises ImportFileError where it is no text file that can be read."""
    try:
        if not file.is_file():
            what = "is no file" if file.exists() else "there is no such file"
            raise ImportFileError(what, where=Where(file))
        with file.open("rb") as stream:
            octets = _examine(stream, file)
    except OSError as error:
        raise ImportFileError(f"cannot be read: {error.strerror}", where=Where(file)) from None
    if not octets.head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise ImportFileError("the file is empty", where=Where(file, 1))
    if octets.head.startswith(_SPREADSHEETS):
        raise ImportFileError(
            "this is a spreadsheet, not a CSV file",
            where=Where(file, 1),
            mend="save it from your spreadsheet as «CSV UTF-8»",
        )
    return octets


def recognise_encoding(octets: Octets) -> str:
    """The name of the codec that reads the file; whether it does to the end shows in reading."""
    for mark, name in _MARKS:
        if octets.head.startswith(mark):
            return name
    if octets.has_nul:
        return _unmarked_utf16(octets.head)
    if octets.is_utf8 or _is_damaged_utf8(octets.sample):
        return "utf-8"
    best = from_bytes(octets.sample, cp_isolation=_LEGACY).best()
    return best.encoding if best else _LEGACY[0]


def _examine(stream: BinaryIO, file: Path) -> Octets:
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    head, sample, is_utf8, has_nul = b"", b"", True, False
    for chunk in _chunks(stream):
        digest.update(chunk)
        head = head or chunk[:HEAD]
        has_nul = has_nul or b"\0" in chunk
        if len(chunk) == CHUNK and b"\n" not in chunk and b"\r" not in chunk:
            raise ImportFileError("a line is longer than a megabyte", where=Where(file))
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
        if not chunk.isascii() and len(sample) < SAMPLE:
            sample += b"\n".join(line for line in chunk.splitlines() if not line.isascii())
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_utf8 = False
    return Octets(digest.hexdigest(), head, is_utf8, has_nul, sample[:SAMPLE])


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _unmarked_utf16(head: bytes) -> str:
    """UTF-16 without a mark has a NUL in every other place; else a NUL is just a fault."""
    low, high = head[0::2].count(0), head[1::2].count(0)
    enough = len(head) // 4
    if high > enough and low <= high // 10:
        return "utf-16-le"
    if low > enough and high <= low // 10:
        return "utf-16-be"
    return "utf-8"


def _is_damaged_utf8(sample: bytes) -> bool:
    """Whether the accents are UTF-8's but for a few: then the few are faults, not another code.

    Text in another encoding makes well-formed sequences of UTF-8 by chance only.
    """
    text = sample.decode("utf-8", errors="replace")
    faults = text.count("�")
    return sum(not character.isascii() for character in text) - faults > faults
