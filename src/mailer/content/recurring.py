"""Standing columns come again every so many issues: which an issue has, and which are due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mailer.content.model import Edition, Section


def columns_in(edition: Edition) -> frozenset[str]:
    """The standing columns of an edition, by key, in whichever section."""
    return frozenset(section.column.key for section in _all(edition.sections) if section.column)


def issues_since(column: str, before: Sequence[frozenset[str]]) -> int | None:
    """How many issues ago a column appeared, 1 for the issue before; None where it never did.

    `before` are the columns of each issue before, newest first.
    """
    return next((ago for ago, held in enumerate(before, 1) if column in held), None)


def due_columns(apart: Mapping[str, int], before: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """Of the columns that come every `apart` issues, those that the next issue should have.

    One that never appeared is due once the list has as many issues as lie between two of it.
    """
    return tuple(key for key, issues in apart.items() if _is_due(key, issues, before))


def _is_due(column: str, apart: int, before: Sequence[frozenset[str]]) -> bool:
    ago = issues_since(column, before)
    return len(before) >= apart - 1 if ago is None else ago >= apart


def _all(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _all(section.parts)
