"""An issue as one reader would get it: its parts, and as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailer.campaigns import Prepared
from mailer.composing import Mail
from mailer.desk.preview.reader import PreviewReader
from mailer.keys import Keys


@dataclass(frozen=True, slots=True)
class ShownCopy:
    """One reader's copy of one edition."""

    locale: str
    html: str
    text: str
    wire: bytes


@dataclass(frozen=True, slots=True)
class Preview:
    """The files of one edition."""

    locale: str
    html: Path
    text: Path
    eml: Path
    octets: int
    """Of the message as it would leave."""


def shown_copy(
    prepared: Prepared, reader: PreviewReader, keys: Keys, locale: str, now: datetime
) -> ShownCopy:
    """That reader's copy; an edition they have none of is the issue's main one."""
    editions = prepared.draft.editions
    edition = locale if locale in editions else prepared.draft.locale
    mail = Mail(editions[edition])
    one = reader.of(prepared, keys, edition, now)
    return ShownCopy(edition, mail.html(one), mail.text(one), mail.wire(one))


def write_preview(
    prepared: Prepared, folder: Path, keys: Keys, reader: PreviewReader, now: datetime
) -> list[Preview]:
    """Write html, text and eml of each edition into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    previews = []
    for locale in prepared.draft.editions:
        copy = shown_copy(prepared, reader, keys, locale, now)
        stem = folder / f"{prepared.slug}.{locale}"
        html, text, eml = (stem.with_name(f"{stem.name}.{kind}") for kind in ("html", "txt", "eml"))
        html.write_text(copy.html, encoding="utf-8")
        text.write_text(copy.text, encoding="utf-8")
        eml.write_bytes(copy.wire)
        previews.append(Preview(locale, html, text, eml, len(copy.wire)))
    return previews
