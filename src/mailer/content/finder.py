"""Finding the issues of a workspace by their front matter, without reading their text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mailer.content.errors import ContentError, DuplicateNumber, Faults, raise_faults
from mailer.content.header import Header, read_main
from mailer.content.model import IssueRef, Status
from mailer.content.reader import MAIN_FILE
from mailer.content.source import decode, read_bytes
from mailer.errors import Where


@dataclass(frozen=True, slots=True)
class Survey:
    """What lies in the issues' folder: the issues that announce themselves, and the faults."""

    issues: tuple[IssueRef, ...]
    """In the order of list and number; two of the same number are both here."""
    faults: tuple[ContentError, ...]


def find_issues(root: Path) -> list[IssueRef]:
    """The issues in `root`'s folders, by list and number.

    Raises ContentError or ManyErrors where a front matter is broken or a number is given twice
    in a list; `survey_issues` tells of these and of the sound ones.
    """
    survey = survey_issues(root)
    raise_faults(survey.faults)
    return list(survey.issues)


def survey_issues(root: Path) -> Survey:
    """The same without raising: one broken draft need not hide the others."""
    found: list[tuple[IssueRef, int]] = []
    faults: list[ContentError] = []
    for file in sorted(root.glob(f"*/{MAIN_FILE}")):
        if file.parent.name.startswith("."):
            continue
        sheet = Faults(file)
        try:
            header = read_main(decode(read_bytes(file), sheet), sheet)
        except ContentError as error:
            faults.append(error)
            continue
        # A fault in the text is told when the issue is read.
        broken = [error for error in sheet.found if _line(error) < header.body_line]
        faults += broken
        if not broken:
            found.append((_ref(file, header), header.line("number")))
    found.sort(key=lambda one: (one[0].list, one[0].number, one[0].slug))
    faults += _duplicates(found)
    return Survey(tuple(ref for ref, _ in found), tuple(faults))


def _line(error: ContentError) -> int:
    return (error.where.line or 0) if error.where else 0


def _ref(file: Path, header: Header) -> IssueRef:
    return IssueRef(
        number=cast(int, header.values["number"]),
        list=header.text("list"),
        slug=file.parent.name,
        status=cast(Status, header.text("status") or "draft"),
        file=file,
        date=cast("dt.date | None", header.values.get("date")),
    )


def _duplicates(found: Iterable[tuple[IssueRef, int]]) -> list[ContentError]:
    first: dict[tuple[str, int], tuple[IssueRef, int]] = {}
    errors: list[ContentError] = []
    for ref, line in found:
        other = first.setdefault((ref.list, ref.number), (ref, line))
        if other[0] is not ref:
            what = f"number {ref.number} of list «{ref.list}» is taken"
            mend = f"give it another, or change {Where(other[0].file, other[1])}"
            errors.append(DuplicateNumber(what, where=Where(ref.file, line), mend=mend))
    return errors
