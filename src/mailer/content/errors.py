"""What can be wrong with an issue, and the sheet on which a reading notes it all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mailer.errors import InputError, ManyErrors, Where, meant


class ContentError(InputError):
    """An issue cannot be read as it is written."""


class DuplicateNumber(ContentError):
    """Two issues of one list have the same number."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The mend for a wrong word: the nearest right one, or all of them where none is near."""
    right = list(known)
    if near := meant(word, right):
        return f"did you mean «{near}»?"
    return f"one of: {', '.join(right)}" if right else ""


@dataclass(slots=True)
class Faults:
    """The faults found in one file so far; a reading goes on after each, to find the others."""

    file: Path
    found: list[ContentError] = field(default_factory=list)
    _seen: set[tuple[int | None, str, str]] = field(default_factory=set)

    def add(self, line: int | None, what: str, mend: str = "") -> None:
        """Note a fault; a `line` is counted from 1 in the file. The same fault counts once."""
        if (line, what, mend) not in self._seen:
            self._seen.add((line, what, mend))
            self.found.append(ContentError(what, where=Where(self.file, line), mend=mend))


def raise_faults(errors: Iterable[InputError]) -> None:
    """Nothing if there are none; else the one error, or all of them in a ManyErrors."""
    listed = sorted(errors, key=_place)
    if len(listed) == 1:
        raise listed[0]
    if listed:
        raise ManyErrors(listed)


def _place(error: InputError) -> tuple[str, int]:
    where = error.where
    return (str(where.file), where.line or 0) if where else ("", 0)
