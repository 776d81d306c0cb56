"""An issue as one reader would get it, written to files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailer.address import Address
from mailer.campaigns import PersonalLinks, Prepared, first_name
from mailer.composing import Mail, Reader
from mailer.keys import Keys
from mailer.message import message_id
from mailer.tokens import Signer

SAMPLE_SHARE = "preview"


@dataclass(frozen=True, slots=True)
class Preview:
    """The files of one edition."""

    locale: str
    html: Path
    text: Path
    eml: Path
    octets: int
    """Of the message as it would leave."""


def write_preview(
    prepared: Prepared, folder: Path, keys: Keys, *, name: str, address: str, now: datetime
) -> list[Preview]:
    """Write html, text and eml of each edition, for a reader of that name and address.

    Personal links are signed for no delivery: they show, and act on nobody.
    """
    folder.mkdir(parents=True, exist_ok=True)
    links = PersonalLinks(prepared.frame.base_url, Signer(keys.links), 0, SAMPLE_SHARE)
    domain = prepared.frame.sender.address.rpartition("@")[2]
    previews = []
    for locale, frozen in prepared.draft.editions.items():
        mail = Mail(frozen)
        reader = Reader(
            address=Address.parse(address),
            name=name,
            first_name=first_name(name, {}),
            locale=locale,
            message_id=message_id(keys.messages, f"preview:{prepared.slug}:{locale}", domain),
            date=now.replace(microsecond=0),
            **links.of(0),
        )
        stem = folder / f"{prepared.slug}.{locale}"
        wire = mail.wire(reader)
        html, text, eml = (stem.with_name(f"{stem.name}.{kind}") for kind in ("html", "txt", "eml"))
        html.write_text(mail.html(reader), encoding="utf-8")
        text.write_text(mail.text(reader), encoding="utf-8")
        eml.write_bytes(wire)
        previews.append(Preview(locale, html, text, eml, len(wire)))
    return previews
