"""What preflight looks for, one function a fault; each reads one edition as a reader gets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from mailer.composing.copies import Copy
from mailer.composing.findings import Finding
from mailer.composing.frame import Frame
from mailer.composing.frozen import FrozenMail
from mailer.content import Edition, Section
from mailer.errors import Where
from mailer.rendering import Element, parse_html

LONGEST_URL: Final = 120
GMAIL_CLIP: Final = 100_000  # Gmail clips near 102 kB
LONGEST_STYLE: Final = 8192
LONGEST_SUBJECT: Final = 60

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


@dataclass(frozen=True, slots=True)
class Examined:
    """One edition: what its author wrote, what became of it, and one reader's copy."""

    edition: Edition
    mail: FrozenMail
    frame: Frame
    copy: Copy

    @property
    def file(self) -> Where:
        """The edition's file."""
        return Where(self.edition.file)

    def line_with(self, needle: str) -> Where:
        """The edition's file, with the line of the section whose HTML holds `needle`."""
        section = _section_with(self.edition.sections, needle)
        return Where(self.edition.file, section.line) if section else self.file


Check = Callable[[Examined], Iterator[Finding]]


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
                seen.file,
            )


def postal_address(seen: Examined) -> Iterator[Finding]:
    """Every mail says who sends it, with a postal address (GDPR 13(1)(a); ePrivacy 13(4))."""
    wanted = _words(seen.frame.postal_address)
    for part, text in (("HTML", seen.copy.tree.text()), ("text", seen.copy.text)):
        if not wanted or wanted not in _words(text):
            yield Finding(
                "hard",
                f"the {part} part does not show the postal address",
                "the law asks for it in every mail",
                "put {{ list.postal_address }} into the template",
                seen.file,
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


def size(seen: Examined) -> Iterator[Finding]:
    """Gmail shows the first 102 kB and hides the rest, with the way out in it."""
    octets = len(seen.copy.html.encode())
    if octets > GMAIL_CLIP:
        yield Finding(
            "soft",
            f"the HTML part has {octets // 1000} kB",
            "Gmail clips mails near 102 kB and hides what follows, the unsubscribe link too",
            "shorten the issue, or the template",
            seen.file,
        )
    for style in _STYLE.findall(seen.copy.html):
        if len(style) > LONGEST_STYLE:
            yield Finding(
                "soft",
                f"a style block has {len(style)} characters",
                f"Gmail drops a block of more than {LONGEST_STYLE}",
                "split it into two <mj-style>, or shorten it",
                seen.file,
            )


def opening_lines(seen: Examined) -> Iterator[Finding]:
    """What a list of mails shows before one is opened."""
    subject = seen.mail.subject.fill(seen.copy.reader.values())
    if len(subject) > LONGEST_SUBJECT:
        yield Finding(
            "soft",
            f"the subject has {len(subject)} characters",
            f"lists of mails cut it after about {LONGEST_SUBJECT}",
            "begin with what matters, or shorten it",
            seen.file,
        )
    if not seen.edition.preheader.strip():
        yield Finding(
            "soft",
            "there is no preheader",
            "lists of mails show the first words of the mail instead",
            "add «preheader: …» to the front matter",
            seen.file,
        )


def headings(seen: Examined) -> Iterator[Finding]:
    """One h1, and no level skipped (WCAG 2.2, techniques H42 and G141)."""
    found = [element for element in seen.copy.tree.walk() if re.fullmatch("h[1-6]", element.name)]
    levels = [int(element.name[1]) for element in found]
    if levels.count(1) != 1:
        yield Finding(
            "soft",
            f"there are {levels.count(1)} headings of the first level",
            "who listens to the mail finds its title by the one h1",
            "let the template print the issue's title, and nothing else, as <h1>",
            seen.file,
        )
    for before, after, element in zip(levels, levels[1:], found[1:], strict=False):
        if after > before + 1:
            title = " ".join(element.text().split())
            yield Finding(
                "soft",
                f"the heading «{title}» skips a level, from h{before} to h{after}",
                "who moves from heading to heading misses a step",
                f"make it an h{before + 1}",
                seen.line_with(title),
            )


CHECKS: Final[tuple[Check, ...]] = (
    way_out,
    postal_address,
    dead_anchors,
    missing_alt,
    long_urls,
    foreign_hosts,
    size,
    opening_lines,
    headings,
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


def _words(text: str) -> str:
    return " ".join(text.split())


def _section_with(sections: tuple[Section, ...], needle: str) -> Section | None:
    """The innermost section whose values hold the text."""
    for section in sections:
        if inner := _section_with(section.parts, needle):
            return inner
        if needle and needle in str(section):
            return section
    return None
