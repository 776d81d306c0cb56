"""A proof: an issue's mail exactly as readers would get it, with words to the editors on top.

The words stand on no template of the publisher's, so that every template has them, and below them
every octet is the issue's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from mailer.composing.errors import ComposingError
from mailer.composing.frozen import FrozenMail, Headers
from mailer.composing.known import with_known
from mailer.language import translator
from mailer.message import boundary_for, check_text
from mailer.rendering import Layout, Node, Static

_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BOX = (
    "margin:0 auto;max-width:620px;padding:16px 20px;box-sizing:border-box;background:#fff8d6;"
    "color:#1f1a10;border-bottom:3px solid #1f1a10;font:16px/1.5 Arial,Helvetica,sans-serif;"
    "text-align:left"
)
_BUTTON = (
    "display:inline-block;padding:10px 18px;background:#8a1c10;color:#ffffff;"
    "text-decoration:none;font-weight:bold;border-radius:4px"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What the editors read: a headline, and under headings paragraphs or items; one button."""

    headline: str
    parts: Sequence[tuple[str, Sequence[str]]]
    button: str = ""
    url: str = ""

    def as_text(self) -> str:
        """For the text part."""
        lines = [self.headline, "=" * min(len(self.headline), 72), ""]
        for heading, items in self.parts:
            lines += [heading, *(f"- {item}" for item in items), ""]
        if self.url:
            lines += [self.button, f"→ {self.url}", ""]
        return "\n".join(lines)

    def as_html(self) -> str:
        """For the top of a mail's body."""
        parts = "".join(
            f'<p style="margin:12px 0 0"><strong>{escape(heading)}</strong></p>'
            f'<ul style="margin:4px 0 0;padding-left:22px">{_items(items)}</ul>\n'
            for heading, items in self.parts
        )
        button = (
            f'<p style="margin:16px 0 0"><a href="{escape(self.url)}" style="{_BUTTON}">'
            f"{escape(self.button)}</a></p>\n"
        )
        return (
            f'<div style="{_BOX}">\n<p style="margin:0;font-size:19px"><strong>'
            f"{escape(self.headline)}</strong></p>\n{parts}{button if self.url else ''}</div>\n"
        )


def _items(items: Sequence[str]) -> str:
    return "".join(
        f'<li style="margin:2px 0">{escape(item).replace(chr(10), "<br>")}</li>' for item in items
    )


def proof_of(mail: FrozenMail, subject: str, words: Words) -> FrozenMail:
    """The mail as a proof: a notice to editors, which belongs to no list's subscription.

    `subject` stands before the issue's own. Raises ComposingError for a mail without a body, and
    BodyError for words that no mail can carry.
    """
    known = with_known(mail, {"test": False}, frozenset())
    text = f"{words.as_text()}{'-' * 72}\n\n"
    check_text(text)
    return replace(
        known,
        headers=_headers(mail),
        subject=Layout((Static(f"{subject} "), *known.subject.nodes)),
        html=Layout(tuple(_below_body_tag(known.html.nodes, words.as_html()))),
        text=Layout((Static(text), *known.text.nodes)),
    )


def words_alone(like: Headers, locale: str, subject: str, words: Words) -> FrozenMail:
    """The words without an issue, where none can be shown."""
    language = translator(locale)
    text = words.as_text()
    check_text(text)
    html = (
        f'<!doctype html>\n<html lang="{language.code}" dir="{language.direction}">\n<head>'
        f'<meta charset="utf-8"><title>{escape(subject)}</title></head>\n'
        f'<body style="margin:0">\n{words.as_html()}</body>\n</html>\n'
    )
    return FrozenMail(
        locale=locale,
        headers=like,
        subject=Layout((Static(subject),)),
        html=Layout((Static(html),)),
        text=Layout((Static(text),)),
        boundary=boundary_for(f"proof {locale}"),
    )


def _headers(mail: FrozenMail) -> Headers:
    return Headers(sender=mail.headers.sender, reply_to=mail.headers.reply_to, automatic=True)


def _below_body_tag(nodes: tuple[Node, ...], html: str) -> Iterator[Node]:
    is_placed = False
    for node in nodes:
        found = _BODY.search(node.text) if isinstance(node, Static) and not is_placed else None
        if isinstance(node, Static) and found:
            is_placed = True
            yield Static(f"{node.text[: found.end()]}\n{html}{node.text[found.end() :]}")
        else:
            yield node
    if not is_placed:
        raise ComposingError(
            "the issue's HTML has no <body>: there is no place for a proof's words"
        )
