"""One file into one list: rows are read, decided on chunk by chunk, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from mailer.consent import PERMITTING
from mailer.importing.deciding import Verdict
from mailer.importing.figures import Figures, Reason
from mailer.importing.report import Report
from mailer.importing.rows import Candidate, Refusal, read_row
from mailer.importing.survey import Survey
from mailer.importing.terms import Terms

CHUNK = 1_000
"""Rows of one transaction."""


class Desk(Protocol):
    """Where rows are decided on: the database, or a rehearsal."""

    def apply(self, candidates: Sequence[Candidate]) -> list[Verdict | Reason]:
        """What follows from each row."""

    def finish(self, figures: dict[str, object]) -> None:
        """The last row was read."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file."""

    figures: Figures
    examples: tuple[Refusal, ...]
    """The first refused rows."""


def import_rows(
    survey: Survey,
    terms: Terms,
    desk: Desk,
    report: Report,
    *,
    on_progress: Callable[[Figures], None] = lambda _: None,
    chunk: int = CHUNK,
) -> Outcome:
    """Import every row; rows read always are rows imported, merged and refused together.

    Whatever happens in between, the chunks done are done, and the same call goes on from there.
    """
    total = Figures()
    examples: list[Refusal] = []
    if terms.basis is not None:
        report.write_basis(str(terms.basis))
    for rows, blank in _chunks(survey, terms, chunk):
        figures, refusals = _decided(rows, desk)
        figures.blank = blank
        total.add(figures)
        report.write(refusals)
        examples.extend(refusals[: 10 - len(examples)])
        on_progress(total)
    desk.finish(total.to_json())
    return Outcome(total, tuple(examples))


Row = Candidate | Refusal


def _chunks(survey: Survey, terms: Terms, size: int) -> Iterator[tuple[list[Row], int]]:
    records = survey.records()
    while block := list(islice(records, size)):
        rows = [
            read_row(record, terms)
            for record in block
            if record.fault or not terms.columns.are_blank(record.cells)
        ]
        yield rows, len(block) - len(rows)


def _decided(rows: Sequence[Row], desk: Desk) -> tuple[Figures, list[Refusal]]:
    candidates = [row for row in rows if isinstance(row, Candidate)]
    refusals = [row for row in rows if isinstance(row, Refusal)]
    figures = Figures()
    verdicts = desk.apply(candidates) if candidates else []
    for candidate, verdict in zip(candidates, verdicts, strict=True):
        if verdict is Verdict.MERGED:
            figures.merged += 1
        elif verdict is Verdict.MOVED:
            figures.imported[candidate.evidence.action] += 1
        else:
            refusals.append(Refusal(candidate.record, verdict, _explained(candidate)))
    figures.refused.update(refusal.reason for refusal in refusals)
    return figures, sorted(refusals, key=lambda refusal: refusal.record.row)


def _explained(row: Candidate) -> str:
    """What a refused consent would have needed."""
    is_consent = row.evidence.action in PERMITTING
    return "comes back only by signing up and confirming" if is_consent else ""
