"""A copy made fit for a frame: pictures come from here, links lead on, the side is chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Final

from mailer.campaigns import Prepared
from mailer.composing import GMAIL_CLIP
from mailer.desk.preview.writing import ShownCopy
from mailer.rendering import parse_html

_DARK: Final = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_HEAD: Final = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a copy is beside what Gmail shows of it."""

    html: int
    wire: int

    @property
    def share(self) -> float:
        """Of what Gmail shows, in per cent; it clips what is beyond 100."""
        return 100 * self.html / GMAIL_CLIP


@dataclass(frozen=True, slots=True)
class Target:
    """A link of the mail, and where it leads."""

    words: str
    url: str
    target: str
    """Empty where the address itself is where it leads."""


def framed(prepared: Prepared, copy: ShownCopy, *, scheme: str) -> str:
    """The HTML for the page's frame, in its light or its dark side whatever the browser prefers."""
    base = prepared.frame.base_url
    html = copy.html.replace(f"{base}/i/{prepared.slug}/", "/pictures/")
    for link in prepared.draft.links:
        html = html.replace(f'"{base}/c/{prepared.slug}/{link.n}"', f'"{_attribute(link.url)}"')
    html = _DARK.sub("@media all" if scheme == "dark" else "@media not all", html)
    return _HEAD.sub(lambda head: f'{head[0]}<base target="_blank">', html, count=1)


def size_of(copy: ShownCopy) -> Size:
    """Octets of the HTML part and of the whole message."""
    return Size(len(copy.html.encode()), len(copy.wire))


def headers_of(copy: ShownCopy) -> list[tuple[str, str]]:
    """The message's headers, decoded."""
    message = message_from_bytes(copy.wire, policy=policy.default)
    return [(name, str(value)) for name, value in message.items()]


def targets_of(prepared: Prepared, copy: ShownCopy) -> list[Target]:
    """Every link of the copy in the order of reading, once."""
    base = f"{prepared.frame.base_url}/c/{prepared.slug}/"
    leads = {f"{base}{link.n}": link.url for link in prepared.draft.links}
    found: dict[str, Target] = {}
    for element in parse_html(copy.html).walk():
        url = element.attributes.get("href", "")
        if element.name == "a" and url and url not in found:
            words = " ".join(element.text().split()) or "(a picture)"
            found[url] = Target(words, url, leads.get(url, ""))
    return list(found.values())


def _attribute(url: str) -> str:
    return url.replace("&", "&amp;").replace('"', "&quot;")
