"""The one tree of errors: what happened, where, and how to mend it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the user's input: a file and, where it is known, a line counted from 1."""

    file: Path | str
    line: int | None = None

    def __str__(self) -> str:
        name = _short(self.file)
        return name if self.line is None else f"{name}:{self.line}"


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that a wrong one was probably meant to be, if there is one."""
    return next(iter(difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)), None)


class MailerError(Exception):
    """Something the mailer cannot do, said so that the reader knows what to do next."""

    def __init__(self, what: str, *, where: Where | None = None, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f" — {self.mend}" if self.mend else "")


class InputError(MailerError):
    """What the user gave (a file, a key, an argument) cannot be used as it is."""


class ManyErrors(InputError):
    """Several errors found in one reading, so that all can be mended at once."""

    def __init__(self, errors: Sequence[MailerError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def _short(file: Path | str) -> str:
    """A path below the working directory is shown relative to it."""
    name = os.fspath(file)
    here = f"{Path.cwd()}{os.sep}"
    return name.removeprefix(here)
