"""What stands within a line: text, emphasis, links, pictures, code; as safe, typeset HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from markdown_it.token import Token
from markupsafe import Markup

from mailer.content.errors import ContentError, nearest
from mailer.content.links import clean_link
from mailer.content.markdown import FIELD, INLINE_ATTRIBUTES
from mailer.content.reading import Reading
from mailer.content.source import foreign
from mailer.content.typography import LINE_END, typeset_runs

_TAGS: Final[Mapping[str, str]] = {
    f"{name}_{side}": f"<{slash}{name}>"
    for name in ("em", "strong", "s")
    for side, slash in (("open", ""), ("close", "/"))
} | {"link_close": "</a>"}
_TEXT: Final = ("text", "text_special")
_BREAKS: Final = ("softbreak", "hardbreak")


def safe(html: str) -> Markup:
    """HTML that this room has made: every text in it was escaped when it was put there."""
    return Markup(html)  # noqa: S704


def is_break(token: Token) -> bool:
    """Whether a line ends here."""
    return token.type in _BREAKS


def is_blank(tokens: Sequence[Token]) -> bool:
    """Whether nothing is there for a reader to see or hear."""
    return not any(
        token.type in ("image", "code_inline", FIELD)
        or (token.type in _TEXT and token.content.strip())
        for token in tokens
    )


def note_html(source: str, line: int, reading: Reading) -> None:
    """Raw HTML is refused: a mail program would show what the author never saw. Comments may be."""
    rest = source.strip()
    while rest.startswith("<!--") and "-->" in rest:
        rest = rest.partition("-->")[2].lstrip()
    if not rest:
        return
    shown = rest.split("\n")[0][:40]
    if rest.startswith("<!--"):
        reading.faults.add(line, "a comment that does not end", "close it with -->")
    elif source.lstrip().startswith("<!--"):
        reading.faults.add(line, "text behind a comment", "put the comment on a line of its own")
    else:
        mend = "write Markdown; put code between backticks"
        reading.faults.add(line, f"HTML is not read here: {shown}", mend)


def inline_html(source: str, line: int, reading: Reading, *, breaks: bool = False) -> Markup:
    """One piece of Markdown without blocks, beginning on `line`, as inline HTML."""
    return Inline(reading, line, breaks=breaks).html(reading.tokens(source))


@dataclass(slots=True)
class Inline:
    """Turns the tokens of some lines into HTML; `line` follows along, for the faults' sake."""

    reading: Reading
    line: int
    breaks: bool = False
    """Whether a line's end in the source is one for the reader (in briefs and events)."""

    def html(self, tokens: Sequence[Token]) -> Markup:
        """The tokens as typeset inline HTML."""
        pieces: list[str] = []
        for index, (token, run) in enumerate(zip(tokens, self._runs(tokens), strict=True)):
            if is_break(token):
                self.line += 1
                pieces.append("<br>\n" if run == LINE_END else str(run))
            elif token.type == "link_open":
                pieces.append(self._link(token, tokens[index + 1 :]))
            elif run is None:
                pieces.append(self._opaque(token))
            else:
                self._refuse(token)
                pieces.append(_TAGS.get(token.type) or escape(run, quote=False))
        return safe("".join(pieces).strip())

    def text(self, tokens: Sequence[Token]) -> str:
        """The same as plain text, for where no tag can stand."""
        pieces = []
        for token, run in zip(tokens, self._runs(tokens), strict=True):
            if token.type == FIELD:
                pieces.append(self.reading.hole(token.content, self.line))
            elif is_break(token):
                pieces.append(" " if run == LINE_END else str(run))
            else:
                pieces.append(token.content if run is None else run)
        return "".join(pieces).strip()

    def image(self, token: Token, *, captioned: bool = False) -> str:
        """An `img` with its size; `captioned` where the caller prints the caption."""
        self._check_attributes(token, ("width",))
        if token.attrs.get("title") and not captioned:
            mend = "put the picture alone on its line, or remove the caption"
            self.reading.faults.add(self.line, "a picture with a caption within a text", mend)
        alt = self._alt(token)
        try:
            found = self.reading.pictures.find(str(token.attrs.get("src", "")))
        except ContentError as error:
            self.reading.faults.add(self.line, error.what, error.mend)
            return ""
        width = self._width(token, found.width)
        height = max(1, round(found.height * width / found.width))
        return (
            f'<img src="image:{escape(found.name)}" alt="{escape(alt)}"'
            f' width="{width}" height="{height}">'
        )

    def _runs(self, tokens: Sequence[Token]) -> list[str | None]:
        runs: list[str | None] = []
        autolink = False
        for token in tokens:
            if token.type == "link_open":
                autolink = token.info == "auto"
            runs.append(self._run(token, autolink=autolink))
            if token.type == "link_close":
                autolink = False
        return typeset_runs(runs, self.reading.locale)

    def _run(self, token: Token, *, autolink: bool) -> str | None:
        if token.type in _TEXT:
            if sign := foreign(token.content):
                what = f"the character {sign} cannot be sent"
                self.reading.faults.add(self.line, what, "remove it")
                return ""
            return None if autolink else token.content
        if token.type == "softbreak":
            return LINE_END if self.breaks else "\n"
        if token.type == "hardbreak":
            return LINE_END
        return None if token.type in ("image", "code_inline", FIELD) else ""

    def _opaque(self, token: Token) -> str:
        if token.type == "image":
            return self.image(token)
        if token.type == FIELD:
            return self.reading.hole(token.content, self.line)
        text = escape(token.content, quote=False)
        return f"<code>{text}</code>" if token.type == "code_inline" else text

    def _refuse(self, token: Token) -> None:
        """Note what reads as text but was meant as something else."""
        if token.type == "html_inline":
            note_html(token.content, self.line, self.reading)
        if token.type == "text" and "](" in token.content:
            what = "a link or picture that cannot be read"
            mend = "no blanks in the address; a caption between straight quotes"
            self.reading.faults.add(self.line, what, mend)

    def _link(self, token: Token, following: Sequence[Token]) -> str:
        self._check_attributes(token, ())
        end = next(at for at, other in enumerate(following) if other.type == "link_close")
        href = str(token.attrs.get("href", ""))
        if is_blank(following[:end]):
            mend = "write between [ and ] what a reader finds there"
            self.reading.faults.add(self.line, f"a link without text, to «{href}»", mend)
        try:
            address = clean_link(href)
        except ContentError as error:
            self.reading.faults.add(self.line, error.what, error.mend)
            return "<a>"
        if address.startswith("#"):
            self.reading.targets.append((self.line, address[1:]))
        return f'<a href="{escape(address)}">'

    def _check_attributes(self, token: Token, known: Sequence[str]) -> None:
        """Braces right behind a link or a picture may say a width or .button, and no more."""
        foreign = [*token.meta.get("insecure_attrs", {})]
        foreign += [name for name in INLINE_ATTRIBUTES if name in token.attrs and name not in known]
        for name in foreign:
            what = f"unknown attribute «{name}»"
            if name != "class":
                self.reading.faults.add(self.line, what, nearest(name, known))
            elif token.attrs["class"] == "button" and token.type == "link_open":
                mend = "put the link alone on its line"
                self.reading.faults.add(self.line, "a button within a text", mend)
            else:
                self.reading.faults.add(self.line, f"unknown kind «.{token.attrs['class']}»")

    def _alt(self, token: Token) -> str:
        children = token.children or []
        if any(child.type == FIELD for child in children):
            mend = "describe the picture in words that fit every reader"
            self.reading.faults.add(self.line, "a personal field in a picture's text", mend)
            return ""
        alt = self.text(children)
        if not alt:  # WCAG 2.2, 1.1.1
            mend = "say between [ and ] what it shows to who cannot see it"
            src = token.attrs.get("src", "")
            self.reading.faults.add(self.line, f"the picture «{src}» has no alternative text", mend)
        return alt

    def _width(self, token: Token, natural: int) -> int:
        wanted = token.attrs.get("width")
        if wanted is None:
            return natural
        text = str(wanted)
        if not re.fullmatch(r"[1-9]\d{0,3}", text):
            self.reading.faults.add(
                self.line, f"«{text}» is no width in pixels", "as in {width=240}"
            )
            return natural
        return int(text)
