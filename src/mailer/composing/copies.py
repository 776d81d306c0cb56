"""Copies of a draft that preflight reads: of a reader of whom all is known, and of one unknown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mailer.address import Address
from mailer.composing.frame import Frame
from mailer.composing.frozen import FrozenMail
from mailer.composing.mail import Mail
from mailer.composing.reader import Reader
from mailer.errors import InputError
from mailer.rendering import Element, Layout, parse_html

TOKEN = "k00." + "x" * 43
"""As long as our own tokens are: a key's name and 256 bits."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One reader's mail: as text, and as a tree."""

    reader: Reader
    html: str
    text: str
    tree: Element


def sample_readers(frame: Frame, locale: str) -> tuple[Reader, ...]:
    """Everything known, then nothing but the address; both with every link a mail may have."""
    base = frame.base_url
    full = Reader(
        address=Address("camille", "example.com"),
        message_id="<0@example.com>",
        date=datetime(2000, 1, 1, tzinfo=UTC),
        name="Camille Exemple",
        first_name="Camille",
        email="camille@example.com",
        locale=locale,
        unsubscribe=f"{base}/u/{TOKEN}",
        preferences=f"{base}/p/{TOKEN}",
        view=f"{base}/v/{TOKEN}",
        share=f"{base}/s/{TOKEN}",
        subscribe=f"{base}/subscribe/{frame.list_key}",
    )
    return full, replace(full, name="", first_name="", locale="")


def copy_for(html: Layout, text: Layout, reader: Reader) -> Copy:
    """That reader's copy; raises FillError where an expression fails."""
    values = reader.values()
    filled = html.fill(values)
    return Copy(reader, filled, text.fill(values), parse_html(filled))


def failures(mail: FrozenMail, reader: Reader) -> list[InputError]:
    """Why a reader would get no copy: parts that cannot be filled, else headers that cannot be."""
    found: list[InputError] = []
    for layout in (mail.subject, mail.html, mail.text):
        try:
            layout.fill(reader.values())
        except InputError as error:
            found.append(error)
    try:
        if not found:
            Mail(mail).wire(reader)
    except InputError as error:
        found.append(error)
    return found
