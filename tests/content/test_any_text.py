"""Whatever a file holds, reading it ends in an issue or in clear lines."""

from __future__ import annotations

import tempfile
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from content.issues import COLUMNS, HEADER, png, write
from mailer.content import Section, read_issue
from mailer.errors import MailerError, ManyErrors

PIECES = [
    "# ", "## ", "### ", "#### ", "- ", "  - ", "1. ", "> ", "\n", "\n\n", "    ", "\t", "---\n",
    "```\n", "| a | b |\n| --- | --- |\n", "| ", "{.briefs}\n", "{.events}\n",
    "{.guest column=compliance}\n", "{.quote}\n", "{.button}\n", "{#x}\n", "{.", "}",
    "{kicker=\"", "\"", "[", "](", ")", "![", "<", ">", "<!--", "-->", "<b>", "[[ name ]]", "[[",
    "\\", "`", "*", "**", "_", "~~", "👉 ", "→ ", "quand : ", "lien : ", "https://a.example",
    "plan.png", "#x", "mot", " ", "&amp;", "&#0;", "&#xE000;", "é", "☕️",
    "[a]: https://a.example\n", "{{", "{%", "%}", "{width=", "mailto:a@b.example", "$", "\r",
    "\u000b",
]  # fmt: skip

markdown = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=40
).map("".join)  # fmt: skip
headers = st.lists(
    st.one_of(st.sampled_from([*HEADER.splitlines(keepends=True), *PIECES]), st.text(max_size=6)),
    max_size=14,
).map("".join)


class Balance(HTMLParser):
    """Every element that is opened is closed, in order, and holds nothing that was not ours."""

    ALLOWED = frozenset(
        ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code",
         "table", "thead", "tbody", "tr", "th", "td", "em", "strong", "s", "a", "figure",
         "figcaption", "small", "img", "br", "hr")
    )  # fmt: skip
    VOID = frozenset(("img", "br", "hr"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag in self.ALLOWED
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_html(section: Section) -> None:
    parts = [section.html, section.title_html, section.sources]
    for group in section.groups:
        parts += [group.html, group.title_html]
        for brief in group.briefs:
            parts += [brief.html, brief.title_html, brief.source_html]
    for event in section.events:
        parts += [event.html, event.title_html, event.when, event.where, event.who]
    for part in parts:
        parser = Balance()
        parser.feed(str(part))
        parser.close()
        assert not parser.open
    for inner in section.parts:
        check_html(inner)


def refused(error: MailerError) -> None:
    for one in error.errors if isinstance(error, ManyErrors) else (error,):
        assert one.where is not None
        assert "\n" not in str(one)


def read_any(header: str, body: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = write(Path(place), body, header=header, files={"plan.png": png()})
        try:
            issue = read_issue(folder, columns=COLUMNS)
        except MailerError as error:
            refused(error)
        else:
            for section in issue.main.sections:
                check_html(section)


@given(markdown)
def test_any_body_is_read_or_refused_in_clear_lines(body: str) -> None:
    read_any(HEADER, body)


@given(headers)
def test_any_front_matter_is_read_or_refused_in_clear_lines(header: str) -> None:
    read_any(header, "Bonjour.\n")


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "issue.md").write_bytes(data)
        try:
            read_issue(Path(place))
        except MailerError as error:
            refused(error)


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a"]), st.binary(max_size=80))
def test_any_picture_is_measured_or_refused(sign: bytes, rest: bytes) -> None:
    name = {b"\x89": "a.png", b"\xff": "a.jpg", b"G": "a.gif"}[sign[:1]]
    with tempfile.TemporaryDirectory() as place:
        folder = write(Path(place), f"![A]({name})\n", files={name: sign + rest})
        try:
            (image,) = read_issue(folder).images.values()
            assert image.width > 0
            assert image.height > 0
        except MailerError as error:
            refused(error)
