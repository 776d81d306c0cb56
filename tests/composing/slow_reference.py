"""The slow way to a reader's mail: everything anew for each reader, with known libraries alone.

Jinja fills the sources' first stage and leaves the second one standing; a second Jinja, with
`[[ ]]` for its signs, fills that for the reader; then MJML, CSS inlining, Python's own message.
None of the mailer's marks, layouts, chunks or encoders is used.
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import css_inline
import jinja2
import mjml

from composing.issues import FRAME
from mailer.composing import IssueView, Reader
from mailer.composing.links import number_links
from mailer.content import HOLE_CLOSE, HOLE_OPEN, Issue
from mailer.language import translator
from mailer.rendering import Notes, html_to_text, underlined

_HOLE = re.compile(f"{HOLE_OPEN}(.*?){HOLE_CLOSE}")
_ATTRIBUTE = re.compile(r"""(\s[\w:-]+=)("[^"]*"|'[^']*')""")
_INLINE = re.compile(r'<mj-style inline="inline">(.*?)</mj-style>', re.DOTALL)
_LONE = re.compile(r"^[ \t]*(\[%[^\n]*?%\])[ \t]*\n", re.MULTILINE)
_GAPS = re.compile(r"\n(?:[ \t]*\n){2,}")


def slow_mail(issue: Issue, folder: Path, reader: Reader) -> EmailMessage:
    """The reader's copy of the main edition."""
    message = EmailMessage()
    text = _text_part(issue, folder, reader)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(
        _html_part(issue, folder, reader), subtype="html", cte="quoted-printable"
    )
    return message


def _html_part(issue: Issue, folder: Path, reader: Reader) -> str:
    filled = _second_stage(_first_stage(issue, folder / "issue.mjml"), reader, autoescape=True)
    styles = "\n".join(_INLINE.findall(filled))
    source = _ATTRIBUTE.sub(lambda match: match[1] + _references(match[2]), _INLINE.sub("", filled))
    source = re.sub(
        r"(<mj-title>)(.*?)(</mj-title>)", lambda m: m[1] + _references(m[2]) + m[3], source
    )
    source = source.replace("<mj-table>", "<mj-table><tbody>").replace(
        "</mj-table>", "</tbody></mj-table>"
    )
    return css_inline.inline(
        mjml.mjml2html(source, fonts={}),
        inline_style_tags=False,
        keep_style_tags=True,
        load_remote_stylesheets=False,
        extra_css=styles,
    )


def _text_part(issue: Issue, folder: Path, reader: Reader) -> str:
    filled = _LONE.sub(r"\1", _first_stage(issue, folder / "issue.txt"))
    whole = _GAPS.sub("\n\n", filled).strip("\n") + "\n"
    return _second_stage(whole, reader, autoescape=False) + "\n"


def _first_stage(issue: Issue, file: Path) -> str:
    linked = number_links(issue, FRAME.base_url)
    edition = linked.issue.main
    view = IssueView(
        issue.number,
        issue.date,
        edition.locale,
        edition.title,
        edition.subject,
        edition.preheader,
        edition.sections,
        tuple(issue.editions),
    )
    language = translator(edition.locale)
    notes = Notes(linked.numbers[edition.locale])
    environment = jinja2.Environment(
        autoescape=file.suffix == ".mjml",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["rule"] = underlined
    environment.filters["text"] = lambda html: html_to_text(str(html), links=notes)
    filled = environment.from_string(file.read_text(encoding="utf-8")).render(
        issue=view, list=FRAME, _=language.gettext, lang="fr", dir="ltr", notes=notes
    )
    return _HOLE.sub(r"[[ subscriber.\1 ]]", filled)


def _second_stage(text: str, reader: Reader, *, autoescape: bool) -> str:
    environment = jinja2.Environment(
        autoescape=autoescape,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        keep_trailing_newline=True,
    )
    subscriber = SimpleNamespace(
        name=reader.name,
        first_name=reader.first_name,
        email=reader.email or str(reader.address),
        locale=reader.locale,
        attributes=reader.attributes,
    )
    return environment.from_string(text).render(
        subscriber=subscriber, links=reader, test=reader.test
    )


def _references(text: str) -> str:
    """MJML's printer escapes these in attributes as Rust would."""
    return "".join(f"&#{ord(c)};" if ord(c) > 126 or c == "\\" else c for c in text)


class _Events(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.events.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.events.append(("comment", data))

    def handle_data(self, data: str) -> None:
        if self.events and isinstance(self.events[-1], str) and self.events[-1][:1] == "\0":
            self.events[-1] = f"{self.events[-1]}{data}"
        else:
            self.events.append(f"\0{data}")


def what_a_browser_reads(html: str) -> list[object]:
    """Tags with their attributes, texts, comments: what is left when spelling does not count."""
    parser = _Events()
    parser.feed(html)
    parser.close()
    return [event for event in parser.events if not _is_blank(event)]


def _is_blank(event: object) -> bool:
    return isinstance(event, str) and event[:1] == "\0" and not event[1:].strip(" \n\t")
