"""From filled MJML to the HTML of a mail: mrml, with what it gets wrong put right, then css-inline.

What is put right (mrml 6.0): it prints attributes with Rust's escapes, copies the title into an
attribute, ignores inline styles and keeps authors' comments; block tags within a wrapper end up in
Outlook's conditional comments, which cannot hold a comment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import zip_longest
from pathlib import Path
from typing import Final

import css_inline
import mjml

from mailer.errors import Where
from mailer.language import Language
from mailer.rendering.errors import TemplateError
from mailer.rendering.marks import Marks
from mailer.rendering.markup import ATTRIBUTES, TAG, attributes_of, line_of
from mailer.rendering.vocabulary import VOID

_INLINE_STYLE: Final = re.compile(
    rf"<mj-style(?P<attributes>{ATTRIBUTES})>(?P<css>.*?)</mj-style\s*>", re.DOTALL
)
_TITLE: Final = re.compile(r"(<mj-title[^>]*>)(.*?)(</mj-title\s*>)", re.DOTALL)
_CONDITION: Final = re.compile(r"<!--\[if|<!--<!\[endif\]|<!\[endif\]")
_CONDITIONAL: Final = re.compile(r"<!--\[if[^\]]*\]>(?!<!--|-->).*?<!\[endif\]-->", re.DOTALL)
_RAW: Final = re.compile(
    rf"<(style|script)\b.*?</\1\s*>|<!--.*?-->"
    rf"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/<>]*){ATTRIBUTES}>",
    re.DOTALL,
)


def compile_mjml(source: str, file: Path, marks: Marks, language: Language) -> str:
    """The HTML for filled MJML, styles inlined, every mark still in it.

    `lang` and `dir` stand on html and the outer div, the template's own or else `language`'s
    (WCAG 2.2, 3.1.1: mail programs drop the html element).

    Raises TemplateError: where mrml cannot read it, or a mark or a text did not come through.
    """
    _check_balance(source, file)
    styles, source = _inline_styles(source)
    source = _TITLE.sub(lambda m: m[1] + _references(m[2], '"') + m[3], source)
    source = TAG.sub(lambda match: _tidy(match, marks, language), with_row_groups(source))
    html = _mrml(source, file)
    _same_tags(source, html, marks, "MJML")
    html = _CONDITIONAL.sub(lambda match: _bare_words(match, marks), html)
    inlined = _inline(html, styles, file)
    _same_tags(html, inlined, marks, "CSS inlining", exactly=True)
    _same_structure(html, inlined, file)
    return inlined


def _mrml(source: str, file: Path) -> str:
    try:
        return mjml.mjml2html(source, disable_comments=False, fonts={})
    except ValueError as error:
        raise TemplateError(f"MJML cannot be read: {error}", where=Where(file)) from None


def _inline(html: str, styles: str, file: Path) -> str:
    inliner = css_inline.CSSInliner(
        inline_style_tags=False,
        keep_style_tags=True,
        load_remote_stylesheets=False,
        extra_css=styles or None,
    )
    try:
        return inliner.inline(html)
    except css_inline.InlineError as error:
        raise TemplateError(f"CSS cannot be inlined: {error}", where=Where(file)) from None


def _inline_styles(source: str) -> tuple[str, str]:
    """The contents of `<mj-style inline="inline">`, and the source without them."""
    styles: list[str] = []

    def take(match: re.Match[str]) -> str:
        if ("inline", "inline") not in attributes_of(match["attributes"]):
            return match[0]
        styles.append(match["css"])
        return ""

    source = _INLINE_STYLE.sub(take, source)
    return "\n".join(styles), source


def with_row_groups(source: str) -> str:
    """Rows directly in a table get the `<tbody>` an HTML parser would add.

    It would add it at the first row: within a branch, where the branch begins with that row.
    """
    pieces: list[str] = []
    position = 0
    tables: list[
        bool | None
    ] = []  # of each open table: whether its rows got a group; None = unknown
    pending: list[int] = []  # where in `pieces` the group of each open table would begin
    for match in TAG.finditer(source):
        name = (match["name"] or "").lower()
        if match["comment"] or match["closed"] or name not in _TABLES | _ROWS:
            continue
        pieces.append(source[position : match.start()])
        position = match.start()
        if name in _ROWS:
            if tables and tables[-1] is None and not match["end"]:
                tables[-1] = name == "tr"
                pieces[pending[-1]] = "<tbody>" if name == "tr" else ""
        elif match["end"]:
            if tables:
                pieces.append("</tbody>" if tables.pop() else "")
                pending.pop()
        else:
            pieces.extend((match[0], ""))
            position = match.end()
            tables.append(None)
            pending.append(len(pieces) - 1)
    return "".join(pieces) + source[position:]


_TABLES: Final = frozenset(("table", "mj-table"))
_ROWS: Final = frozenset(("tr", "thead", "tbody", "tfoot", "caption", "colgroup"))


def _tidy(match: re.Match[str], marks: Marks, language: Language) -> str:
    """A tag that mrml prints as it is meant; an author's comment goes."""
    if match["comment"]:
        keep = _CONDITION.match(match[0]) or marks.holds(match[0])
        return match[0] if keep else ""
    if match["end"]:
        return match[0]
    closed = match["closed"] or match["name"].lower() in VOID
    known = attributes_of(match["attributes"])
    if match["name"] == "mjml":
        known = list({"lang": language.code, "dir": language.direction, **dict(known)}.items())
    attributes = "".join(
        f" {name}" if value is None else f' {name}="{_attribute(value)}"' for name, value in known
    )
    return f"<{match['name']}{attributes}{' /' if closed else ''}>"


def _attribute(value: str) -> str:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _references(escaped, '"')


def _references(text: str, quote: str) -> str:
    """Numeric references for all that Rust's debug output would escape; controls have none."""
    return "".join(
        character
        if " " <= character < "\x7f" and character not in f"\\{quote}"
        else f"&#{ord(character)};"
        for character in text
        if not "\x7f" <= character <= "\x9f"
    )


def _bare_words(match: re.Match[str], marks: Marks) -> str:
    """A conditional comment ends at the first `-->`: block tags in it lose theirs."""
    return marks.commented.sub(r"\1", match[0])


def _same_tags(before: str, after: str, marks: Marks, step: str, *, exactly: bool = False) -> None:
    had, has = marks.numbers(before), marks.numbers(after)
    if exactly and had == has:
        return
    lost = Counter(had) - Counter(has)
    if not exactly and not lost:
        return
    moved = next((a for a, b in zip(had, has, strict=False) if a != b), None)
    number = min(lost) if lost else moved
    tag = marks.named(had[0] if number is None else number)
    raise TemplateError(
        f"{tag.text} {'did not come through' if lost else 'was moved by'} {step}",
        where=tag.where,
        mend="put it where text may stand: in mj-text, between rows, or in a quoted attribute",
    )


def _same_structure(before: str, after: str, file: Path) -> None:
    """An HTML parser moves what may not stand where it stands: nothing may have moved."""
    had, has = list(_pieces(before)), list(_pieces(after))
    if had == has:
        return
    pairs = enumerate(zip_longest(had, has, fillvalue=""))
    at = next(number for number, (a, b) in pairs if a != b)
    texts = [piece for piece in had[at:] if not piece.startswith("<")]
    near = f" near «{texts[0][:40]}»" if texts else ""
    raise TemplateError(
        f"the HTML is not well nested{near}: {(had[at:] or ['its end'])[0]} is misplaced",
        where=Where(file),
        mend="rows stand in tables, and paragraphs hold text only; in a column mj-raw holds rows",
    )


def _pieces(html: str) -> Iterator[str]:
    """Tags by name and texts without whitespace, in order; comments and raw text left out."""
    position = 0
    body = html[max(html.find("<body"), 0) :]
    for match in _RAW.finditer(body):
        if text := "".join(unescape(body[position : match.start()]).split()):
            yield text
        position = match.end()
        if match["name"] and match["end"] is not None:
            yield f"<{match['end']}{match['name'].lower()}>"


def _check_balance(source: str, file: Path) -> None:
    """What an issue's own HTML could have broken; template files were checked one by one."""
    stack: list[tuple[str, int]] = []
    for match in TAG.finditer(source):
        name = (match["name"] or "").lower()
        if match["comment"] or match["closed"] or name in VOID:
            continue
        if not match["end"]:
            stack.append((name, match.start()))
        elif stack and stack[-1][0] == name:
            stack.pop()
        else:
            near = source[max(0, match.start() - 60) : match.start()].strip()
            raise TemplateError(
                f"once filled, </{name}> closes nothing, after «{near}»"
                f" (line {line_of(source, match.start())} of the filled MJML)",
                where=Where(file),
            )
    if stack:
        raise TemplateError(f"once filled, <{stack[-1][0]}> is never closed", where=Where(file))
