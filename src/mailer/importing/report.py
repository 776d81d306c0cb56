"""The refused rows, each with its reason and its own cells: to be mended and imported again."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from mailer.audience import guard_cell
from mailer.errors import Where
from mailer.importing.columns import REPORT_COLUMNS
from mailer.importing.errors import ImportFileError
from mailer.importing.rows import Refusal


def default_report(folder: Path, file: Path, now: datetime) -> Path:
    """A name that tells the imported file and the moment (UTC), and is not taken."""
    stem = f"{file.stem}-{now:%Y%m%d-%H%M%S}"
    names = (folder / f"{stem}{f'-{n}' if n else ''}.csv" for n in range(1_000))
    return next(name for name in names if not name.exists())


class Report:
    """A CSV file made when the first line is written; it holds addresses, so only we may read it.

    UTF-8 with a mark, for spreadsheets, and parted as the imported file is.
    """

    def __init__(self, path: Path | None, header: Sequence[str], delimiter: str) -> None:
        self.path = path
        self._header = header
        self._delimiter = delimiter
        self._stream: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    @property
    def is_written(self) -> bool:
        """Whether there is such a file now."""
        return self._stream is not None

    def open(self) -> None:
        """Make the file now, with its header; raises ImportFileError where that cannot be."""
        if self.path is not None and self._stream is None:
            self._stream = _create(self.path)
            self._writer = csv.writer(self._stream, delimiter=self._delimiter)
            self._writer.writerow([*REPORT_COLUMNS, *self._header])

    def write(self, refusals: Iterable[Refusal]) -> None:
        """Add these rows."""
        for refusal in refusals:
            record = refusal.record
            self._line((str(record.row), str(record.line), str(refusal), *record.cells))

    def write_basis(self, basis: str) -> None:
        """Say that rows were taken on a consent stated once for all."""
        self._line(("", "", f"consent stated once for the whole file: {basis}"))

    def _line(self, cells: Sequence[str]) -> None:
        self.open()
        if self._writer is None:
            return
        # ASVS 1.2.10: what a stranger typed into a form is opened in the publisher's spreadsheet.
        self._writer.writerow([guard_cell(cell) for cell in cells])


def _create(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            path.unlink()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ImportFileError(
            f"the report cannot be written: {error.strerror}", where=Where(path)
        ) from None
    return os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
