"""News that the last issue had already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailer.composing import Finding
from mailer.content import Brief, Edition, Section
from mailer.errors import Where

LONGEST_TITLE = 80
"""Letters of a brief's text that stand for its title where it has none."""


def repeated_briefs(edition: Edition, last: Edition) -> Iterator[Finding]:
    """Briefs whose title the last issue had too."""
    before = {_key(brief) for brief, _ in _briefs(last.sections)}
    for brief, section in _briefs(edition.sections):
        if _key(brief) and _key(brief) in before:
            title = _title(brief)
            yield Finding(
                "soft",
                f"the brief «{title}» stood in the last issue",
                "readers notice what they have read a week ago",
                "take it out, or say in its title what is new",
                Where(edition.file, section.line),
                quote=title,
            )


def _briefs(sections: Sequence[Section]) -> Iterator[tuple[Brief, Section]]:
    for section in sections:
        for group in section.groups:
            for brief in group.briefs:
                yield brief, section
        yield from _briefs(section.parts)


def _title(brief: Brief) -> str:
    title = brief.title_html or brief.html
    return " ".join(title.striptags().split())[:LONGEST_TITLE]


def _key(brief: Brief) -> str:
    return "".join(filter(str.isalnum, _title(brief).casefold()))
