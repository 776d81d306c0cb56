"""What must come through MJML and CSS inlining: balance, every mark, the order of all things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import zip_longest
from pathlib import Path
from typing import Final

from mailer.errors import Where
from mailer.rendering.errors import TemplateError
from mailer.rendering.marks import Marks
from mailer.rendering.markup import ATTRIBUTES, TAG, line_of
from mailer.rendering.vocabulary import VOID

_RAW: Final = re.compile(
    rf"<(style|script)\b.*?</\1\s*>|<!--.*?-->"
    rf"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/<>]*){ATTRIBUTES}>",
    re.DOTALL,
)


def check_balance(source: str, file: Path) -> None:
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


def check_marks(before: str, after: str, marks: Marks, step: str, *, exactly: bool = False) -> None:
    """Every mark is still there after a step; `exactly`: in the same order, and none more."""
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


def check_structure(before: str, after: str, file: Path) -> None:
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
