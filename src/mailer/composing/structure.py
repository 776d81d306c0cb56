"""What mail programs and those who listen to a mail need of its HTML and its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mailer.composing.examined import Check, Examined
from mailer.composing.findings import Finding
from mailer.rendering import Element

FEWEST_WORDS: Final = 30
_DEAF: Final = re.compile(r"(?:no|do-?not|ne-?pas)[-_.]?(?:reply|repondre|répondre)", re.IGNORECASE)


def language(seen: Examined) -> Iterator[Finding]:
    """A mail says in which language and direction it is (WCAG 2.2, 3.1.1)."""
    for missing in unsaid(seen.copy.tree):
        yield Finding(
            "soft",
            f"nothing says the language to whoever hears this mail: no {missing}",
            "a screen reader reads it aloud with the wrong voice, or in the wrong direction",
            'begin the template with <mjml lang="{{ lang }}" dir="{{ dir }}">',
            seen.template,
        )


def unsaid(tree: Element) -> Iterator[str]:
    """Which of lang and dir are missing, on the page and, as webmail takes it away, below it."""
    elements = list(tree.walk())
    pages = [one for one in elements if one.name == "html"]
    divs = [one for one in elements if one.name == "div"]
    inner = [one for one in divs if "lang" in one.attributes] or divs
    for what, those in (("html element", pages[:1]), ("div", inner[:1])):
        for attribute in ("lang", "dir"):
            if not any(one.attributes.get(attribute) for one in those):
                yield f"{what} {attribute}"


def layout_tables(seen: Examined) -> Iterator[Finding]:
    """A table that only places things says so (WCAG 2.2, 1.3.1, failure F92)."""
    bare = [
        table
        for table in seen.copy.tree.walk()
        if table.name == "table"
        and "role" not in table.attributes
        and not any(cell.name == "th" for cell in table.walk())
    ]
    if bare:
        words = " ".join(bare[0].text().split())[:40]
        yield Finding(
            "soft",
            f"{len(bare)} table(s) without role and without headings, the first holds «{words}»",
            "a screen reader announces rows and columns where there is only a layout",
            'write role="presentation" on it, or <th> into its first row',
            seen.template,
        )


def colour_scheme(seen: Examined) -> Iterator[Finding]:
    """A mail says whether it knows the dark (CSS Color Adjustment 1, 2.2)."""
    names = {one.attributes.get("name", "") for one in seen.copy.tree.walk() if one.name == "meta"}
    if "color-scheme" not in names:
        yield Finding(
            "soft",
            "the head has no color-scheme",
            "some mail programs then turn its colours about as they see fit",
            '<mj-raw><meta name="color-scheme" content="light dark"></mj-raw> in <mj-head>',
            seen.template,
        )


def only_pictures(seen: Examined) -> Iterator[Finding]:
    """Nothing is said by a picture alone (WCAG 2.2, 1.4.5)."""
    pictures = [one for piece in seen.written for one in piece.tree.walk() if one.name == "img"]
    words = sum(len(piece.text.split()) for piece in seen.written)
    if pictures and words < FEWEST_WORDS:
        yield Finding(
            "soft",
            f"{len(pictures)} picture(s) and {words} words",
            "who blocks pictures or cannot see them gets nothing, and filters take it for spam",
            "write what the picture says as text",
            seen.line_with(pictures[0].attributes.get("src", "")),
            quote=pictures[0].attributes.get("src", "").removeprefix("image:"),
        )


def answers(seen: Examined) -> Iterator[Finding]:
    """From or Reply-To receives answers."""
    headers = seen.mail.headers
    box = headers.reply_to or headers.sender
    if _DEAF.fullmatch(box[1].partition("@")[0]):
        yield Finding(
            "soft",
            f"answers go to {box[1]}, which by its name takes none",
            "readers answer, mailbox providers like it, and leaving by mail must work",
            f"set lists.{seen.frame.list_key}.reply_to to an address that is read",
            None,
        )


def privacy_notice(seen: Examined) -> Iterator[Finding]:
    """A mail leads to the privacy notice (GDPR 12(1), 13)."""
    url = seen.frame.privacy_url
    hrefs = {one.attributes.get("href") for one in seen.copy.tree.walk() if one.name == "a"}
    for part, holds in (("HTML", url in hrefs), ("text", url in seen.copy.text)):
        if url and not holds:
            yield Finding(
                "soft",
                f"the {part} part does not lead to the privacy notice",
                "readers must find out easily what becomes of their data",
                "put {{ list.privacy_url }} into the template",
                seen.template,
            )


CHECKS: Final[tuple[Check, ...]] = (
    language,
    layout_tables,
    colour_scheme,
    only_pictures,
    answers,
    privacy_notice,
)
