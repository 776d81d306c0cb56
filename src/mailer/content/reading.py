"""What all parts of one edition's reading share: language, parser, pictures, faults, places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mailer.content.anchors import Anchors
from mailer.content.errors import Faults
from mailer.content.markdown import new_parser
from mailer.content.model import HOLE_CLOSE, HOLE_OPEN, PERSONAL_FIELDS, Column
from mailer.content.pictures import Pictures
from mailer.content.typography import typeset, typeset_runs

FIELD_MEND: Final = (
    f"only [[ {' ]], [[ '.join(PERSONAL_FIELDS)} ]] are filled; \\[[ stands for two brackets"
)
_FIELD: Final = re.compile(r"(\\\[\[)|(?<!\\)\[\[(?:[ \t]*([^\[\]]*?)[ \t]*\]\])?")


@dataclass(slots=True)
class Reading:
    """One edition while it is read; `first_line` is the line of the file where its body begins."""

    locale: str
    pictures: Pictures
    faults: Faults
    first_line: int = 1
    columns: Mapping[str, Column] = field(default_factory=dict)
    parser: MarkdownIt = field(default_factory=new_parser)
    references: dict[str, Any] = field(default_factory=dict)
    """The parser's environment: the link definitions of the whole text."""
    anchors: Anchors = field(default_factory=Anchors)
    targets: list[tuple[int, str]] = field(default_factory=list)
    """Links to places in the edition, with their lines: checked when all places are known."""

    def plain(self, text: str) -> str:
        """A plain text, typeset."""
        return typeset(text, self.locale)

    def personal(self, text: str, line: int) -> str:
        """A plain text that may hold personal fields, typeset, with the fields marked."""
        runs: list[str | None] = []
        holes: list[str] = []
        last = 0
        for match in _FIELD.finditer(text):
            runs.append(text[last : match.start()])
            last = match.end()
            if match[1]:
                runs.append("[[")
            else:
                runs.append(None)
                holes.append(self.hole(match[2] or "", line))
        runs.append(text[last:])
        marked = iter(holes)
        done = typeset_runs(runs, self.locale)
        return "".join(next(marked) if run is None else run for run in done)

    def hole(self, name: str, line: int) -> str:
        """The mark of a personal field; an unknown one is a fault."""
        if name not in PERSONAL_FIELDS:
            what = f"unknown personal field «{name}»" if name else "[[ that opens no personal field"
            self.faults.add(line, what, FIELD_MEND)
            return ""
        return f"{HOLE_OPEN}{name}{HOLE_CLOSE}"

    def tokens(self, source: str) -> list[Token]:
        """The tokens of one piece of Markdown without blocks."""
        blocks = self.parser.parseInline(source, self.references)
        return (blocks[0].children or []) if blocks else []
