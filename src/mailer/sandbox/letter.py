"""A kept message as a page shows it: headers decoded, parts found, whatever state it is in."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from typing import Final

from mailer.rendering import parse_html
from mailer.sandbox.maildir import Kept

_SAFE: Final = ("http://", "https://", "mailto:")
_OPENINGS: Final = tuple(
    re.compile(rf"<{tag}\b[^>]*>", re.IGNORECASE) for tag in ("head", "html", "!doctype")
)


@dataclass(frozen=True, slots=True)
class Header:
    """One header line, decoded."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the message; `is_safe` where a page may lead on to it."""

    words: str
    url: str
    is_safe: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A picture inside the message, found by its Content-ID."""

    kind: str
    content: bytes


class Letter:
    """A message taken apart. Nothing in it can make this fail: what is broken shows as it is."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self._message = email.message_from_bytes(kept.content, policy=email.policy.default)

    @property
    def headers(self) -> list[Header]:
        """All of them, in order."""
        raw = self._message.raw_items()
        return [Header(name, _decoded(self._message, name, str(value))) for name, value in raw]

    def header(self, name: str) -> str:
        """One header's text; "" when there is none."""
        for one in self.headers:
            if one.name.lower() == name.lower():
                return one.value
        return ""

    @property
    def subject(self) -> str:
        """What a list of messages shows."""
        return self.header("subject") or "(no subject)"

    @property
    def text(self) -> str:
        """The plain text part."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML part as it was sent, but that its links open beside this page."""
        html = self._body("html")
        at = _inside_head(html)
        return f'{html[:at]}<base target="_blank">{html[at:]}' if html else ""

    @property
    def source(self) -> str:
        """The message as it came, for reading."""
        return self.kept.content.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def links(self) -> list[Link]:
        """Where the HTML part leads, in the order of reading, each address once."""
        found: dict[str, Link] = {}
        for element in parse_html(self._body("html")).walk():
            url = element.attributes.get("href", "")
            if element.name == "a" and url and url not in found:
                words = " ".join(element.text().split()) or "(a picture)"
                found[url] = Link(words, url, is_safe=url.startswith(_SAFE))
        return list(found.values())

    def picture(self, content_id: str) -> Part | None:
        """What <img src="cid:…"> means."""
        for part in self._message.walk():
            named = str(part.get("content-id", "")).strip("<> ")
            if named == content_id and part.get_content_maintype() == "image":
                return Part(part.get_content_type(), _payload(part))
        return None

    def _body(self, kind: str) -> str:
        part = self._message.get_body((kind,)) if self._message.get_content_maintype() else None
        if part is None:
            return ""
        charset = part.get_content_charset("utf-8")
        try:
            return _payload(part).decode(charset, "replace")
        except LookupError:  # a charset nobody knows
            return _payload(part).decode("utf-8", "replace")


def _inside_head(html: str) -> int:
    """Where a <base> may stand: behind <head>, else <html>, else the doctype, else in front."""
    for tag in _OPENINGS:
        found = tag.search(html)
        if found is not None:
            return found.end()
    return 0


def _payload(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(message: EmailMessage, name: str, raw: str) -> str:
    """Python's header parser stumbles over some malformed lines; those are shown raw."""
    try:
        return str(message.policy.header_fetch_parse(name, raw))
    except Exception:  # noqa: BLE001 - shown, not judged
        return raw
