"""What keeps an issue from leaving, one function a fault: law, dead ends, third parties."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from mailer.composing.copies import Copy
from mailer.composing.examined import Check, Examined
from mailer.composing.findings import Finding
from mailer.rendering import Element, parse_html

LONGEST_URL: Final = 120

_STYLE: Final = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
_CONDITIONAL: Final = re.compile(r"<!--\[if[^\]]*\]>(.*?)<!\[endif\]-->", re.DOTALL)
_LOADED: Final = re.compile(
    r"""url\(\s*["']?\s*([^"')\s]+)|@import\s+["']([^"']+)""", re.IGNORECASE
)
_TEXT_URL: Final = re.compile(r"https?://[^\s<>\"]+")
_LOADING: Final = {
    "img": ("src", "srcset"),
    "link": ("href",),
    "source": ("src", "srcset"),
    "table": ("background",),
    "td": ("background",),
    "body": ("background",),
    "input": ("src",),
    "iframe": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "script": ("src",),
    "v:fill": ("src",),
    "v:image": ("src",),
}


def way_out(seen: Examined) -> Iterator[Finding]:
    """Leaving is a visible link in both parts (GDPR 7(3); ePrivacy 13(4))."""
    url = seen.copy.reader.unsubscribe
    has_link = any(link.attributes.get("href") == url for link in _all(seen.copy.tree, "a"))
    for part, holds in (("HTML", has_link), ("text", url in seen.copy.text)):
        if not holds:
            yield Finding(
                "hard",
                f"the {part} part has no unsubscribe link",
                "the law asks for it in every mail, and readers without it press «spam»",
                "put [[ links.unsubscribe ]] into the template",
                seen.template,
                forcible=False,
            )


def postal_address(seen: Examined) -> Iterator[Finding]:
    """Every mail says who sends it, with a postal address (GDPR 13(1)(a); ePrivacy 13(4))."""
    wanted = _letters(seen.frame.postal_address)
    for part, text in (("HTML", seen.copy.tree.text()), ("text", seen.copy.text)):
        if not wanted or wanted not in _letters(text):
            yield Finding(
                "hard",
                f"the {part} part does not show the postal address",
                "the law asks for it in every mail",
                "put {{ list.postal_address }} into the template",
                seen.template,
                forcible=False,
            )


def dead_anchors(seen: Examined) -> Iterator[Finding]:
    """A link within the mail leads to something in it."""
    targets = {
        element.attributes[key]
        for element in seen.copy.tree.walk()
        for key in ("id", "name")
        if element.attributes.get(key)
    }
    for href in _hrefs(seen):
        if href.startswith("#") and href[1:] not in targets:
            yield Finding(
                "hard",
                f"the link «{href}» leads to nothing in this mail",
                "a reader who follows it gets nowhere",
                "give it the anchor of a heading, or take it away",
                seen.line_with(f'"{href}"'),
                quote=href,
            )


def missing_alt(seen: Examined) -> Iterator[Finding]:
    """Every picture has its words (WCAG 2.2, 1.1.1)."""
    for image in _all(seen.copy.tree, "img"):
        if "alt" not in image.attributes:
            source = image.attributes.get("src", "")
            yield Finding(
                "hard",
                f"the picture {source} has no alt text",
                "who cannot see it, or blocks pictures, is told nothing",
                'write alt="…" (alt="" for mere decoration)',
                seen.line_with(source),
                quote=source.rpartition("/")[2],
            )


def long_urls(seen: Examined) -> Iterator[Finding]:
    """No address is so long that a mail program breaks it."""
    urls = {url for url in _hrefs(seen) if not url.startswith("mailto:")}
    urls |= {image.attributes.get("src", "") for image in _all(seen.copy.tree, "img")}
    urls |= {url.rstrip(".,;)") for url in _TEXT_URL.findall(seen.copy.text)}
    for url in sorted(urls):
        if len(url) > LONGEST_URL:
            yield Finding(
                "hard",
                f"an address of {len(url)} characters: {url[:60]}…",
                f"above {LONGEST_URL} some mail programs break it over two lines",
                "shorten base_url, the list's key or the picture's name",
                seen.line_with(url),
            )


def foreign_hosts(seen: Examined) -> Iterator[Finding]:
    """A mail loads nothing from a third party: it would tell them who reads."""
    ours = urlsplit(seen.frame.base_url).netloc
    for url in sorted(set(_loaded(seen.copy))):
        host = urlsplit(url).netloc
        if host and host != ours:
            yield Finding(
                "hard",
                f"the mail loads {url} from {host}",
                "a third party would learn who opened it, and when",
                "put the file beside the issue or the template",
                seen.line_with(url),
            )


CHECKS: Final[tuple[Check, ...]] = (
    way_out,
    postal_address,
    dead_anchors,
    missing_alt,
    long_urls,
    foreign_hosts,
)


def _all(tree: Element, name: str) -> Iterator[Element]:
    return (element for element in tree.walk() if element.name == name)


def _hrefs(seen: Examined) -> list[str]:
    links = (link.attributes.get("href", "") for link in _all(seen.copy.tree, "a"))
    return sorted({href for href in links if href})


def _loaded(copy: Copy) -> Iterator[str]:
    """Every address that a mail program would fetch on its own, Outlook's among them."""
    styles = _STYLE.findall(copy.html)
    hidden = [parse_html(inner) for inner in _CONDITIONAL.findall(copy.html)]
    for element in chain.from_iterable(tree.walk() for tree in (copy.tree, *hidden)):
        styles.append(element.attributes.get("style", ""))
        for attribute in _LOADING.get(element.name, ()):
            if value := element.attributes.get(attribute):
                yield from (part.split()[0] for part in value.split(",") if part.strip())
    for match in chain.from_iterable(map(_LOADED.finditer, styles)):
        yield match[1] or match[2]


def _letters(text: str) -> str:
    """The text without whitespace, which lines and cells put where they like."""
    return "".join(text.split())
