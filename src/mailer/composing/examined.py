"""One edition as preflight looks at it: what its author wrote, and what one reader would get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from mailer.composing.copies import Copy
from mailer.composing.findings import Finding
from mailer.composing.frame import Frame
from mailer.composing.frozen import FrozenMail
from mailer.composing.written import Fragment, fragments
from mailer.content import Edition, Section
from mailer.errors import Where

TEMPLATE: Final = "issue.mjml"


@dataclass(frozen=True, slots=True)
class Examined:
    """One edition: what its author wrote, what became of it, and one reader's copy."""

    edition: Edition
    mail: FrozenMail
    frame: Frame
    copy: Copy
    names: tuple[str, ...] = ()
    """What stands in every issue, beside the list's title: kickers and authors of columns."""

    @property
    def file(self) -> Where:
        """The edition's file."""
        return Where(self.edition.file)

    @property
    def template(self) -> Where:
        """The template's file, by its name in the template's folder."""
        return Where(TEMPLATE)

    @property
    def written(self) -> tuple[Fragment, ...]:
        """What the author wrote, in the order of the issue."""
        return fragments(self.edition.sections)

    def line_with(self, needle: str) -> Where:
        """The edition's file, with the line of the section whose HTML holds `needle`."""
        section = _section_with(self.edition.sections, needle)
        return Where(self.edition.file, section.line) if section else self.file


Check = Callable[[Examined], Iterator[Finding]]
"""One fault, looked for."""


def _section_with(sections: tuple[Section, ...], needle: str) -> Section | None:
    """The innermost section whose values hold the text."""
    for section in sections:
        if inner := _section_with(section.parts, needle):
            return inner
        if needle and needle in str(section):
            return section
    return None
