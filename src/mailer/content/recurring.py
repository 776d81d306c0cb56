"""Standing columns come again every so many issues: which of them are due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mailer.content.model import Edition, Section


def due_columns(apart: Mapping[str, int], earlier: Sequence[Edition]) -> tuple[str, ...]:
    """The columns, of those that come every `apart` issues, which the next issue should have.

    `earlier` are the list's issues before it, newest first; a column that is in none of the last
    `apart - 1` is due.
    """
    return tuple(
        key
        for key, issues in apart.items()
        if not any(key in columns_in(edition) for edition in earlier[: issues - 1])
    )


def columns_in(edition: Edition) -> frozenset[str]:
    """The standing columns that an edition has, in whichever section."""
    sections = _all(edition.sections)
    return frozenset(section.column.key for section in sections if section.column)


def _all(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _all(section.parts)
