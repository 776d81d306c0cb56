"""The pictures beside an issue: found, measured, and refused where a mail could not show them."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import imagesize
from mdurl import decode as percent_decode

from mailer.content.errors import ContentError, nearest
from mailer.content.model import Image
from mailer.content.source import read_bytes
from mailer.errors import meant

_MOST_BYTES: Final = 10_000_000
_MOST_PIXELS: Final = 10_000
# What every mail program shows; SVG, WebP and AVIF are missing from several of them.
_FORMATS: Final = {
    b"\x89PNG\r\n\x1a\n": (".png",),
    b"\xff\xd8\xff": (".jpg", ".jpeg"),
    b"GIF87a": (".gif",),
    b"GIF89a": (".gif",),
}
_BROKEN: Final = (ValueError, struct.error, IndexError, KeyError, TypeError, OverflowError, OSError)


@dataclass(slots=True)
class Pictures:
    """The pictures of one issue's folder; each file is read once, when first named."""

    folder: Path
    used: dict[str, Image] = field(default_factory=dict)

    def find(self, written: str) -> Image:
        """The picture that a Markdown address names; raises ContentError with the mend."""
        name = _name(written)
        if name not in self.used:
            self.used[name] = _measure(self._file(name), name)
        return self.used[name]

    def _file(self, name: str) -> Path:
        """The file, its name spelled as the directory spells it, in whatever Unicode form."""
        place = self.folder
        for part in name.split("/"):
            spelled = {unicodedata.normalize("NFC", file.name): file for file in _listing(place)}
            if part not in spelled:
                pictures = [other for other in spelled if not other.startswith((".", "issue."))]
                raise ContentError(
                    f"no picture «{name}» beside the issue", mend=_mend(part, pictures)
                )
            place = spelled[part]
        if not place.resolve().is_relative_to(self.folder.resolve()):
            raise ContentError(f"the picture «{name}» lies outside the issue's folder")
        if not place.is_file():
            raise ContentError(f"«{name}» is no file")
        return place


def _name(written: str) -> str:
    """A picture's name below the folder, from the address that Markdown gives."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", written):
        # GDPR 5(1)(c): a foreign host would learn who opens the mail, and when.
        raise ContentError(
            f"the picture «{written}» lies on another site", mend="save it beside the issue"
        )
    name = unicodedata.normalize("NFC", percent_decode(written)).removeprefix("./")
    if not name:
        raise ContentError("a picture without a file", mend="write its name between ( and )")
    if re.search(r'[\x00-\x1f\x7f-\x9f\\<>"|?*:#%]', name) or any(
        part in ("", ".", "..") for part in name.split("/")
    ):
        raise ContentError(
            f"the picture's name «{name}» cannot be used",
            mend="use letters, digits, - and _, in the issue's folder",
        )
    return name


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _mend(name: str, known: list[str]) -> str:
    return nearest(name, known) if meant(name, known) else "put the file into the issue's folder"


def _measure(file: Path, name: str) -> Image:
    data = read_bytes(file)
    endings = next((ends for sign, ends in _FORMATS.items() if data.startswith(sign)), None)
    if endings is None:
        raise ContentError(
            f"the picture «{name}» is not PNG, JPEG or GIF",
            mend="save it as PNG or JPEG, which every mail program shows",
        )
    if not name.lower().endswith(endings):
        right = file.with_suffix(endings[0]).name
        raise ContentError(f"the picture «{name}» has the wrong ending", mend=f"rename it {right}")
    if len(data) > _MOST_BYTES:
        raise ContentError(
            f"the picture «{name}» has {len(data) / 1e6:.0f} MB", mend="save it smaller"
        )
    try:
        width, height = imagesize.get(io.BytesIO(data))
    except _BROKEN:
        width = height = -1
    if not (1 <= width <= _MOST_PIXELS and 1 <= height <= _MOST_PIXELS):
        raise ContentError(f"the picture «{name}» is broken or far too large", mend="save it anew")
    return Image(file, name, int(width), int(height), hashlib.sha256(data).hexdigest(), len(data))
