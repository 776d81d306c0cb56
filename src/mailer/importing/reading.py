"""A CSV file as records, streamed: RFC 4180, with row and line of each as a person counts them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.audience import unguard_cell
from mailer.errors import Where
from mailer.importing.encoding import Octets
from mailer.importing.errors import ImportFileError

# A quotation mark that nobody closes would swallow the rest of the file as one cell.
LONGEST_RECORD = 100


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the file."""

    row: int
    """Counted from 1 as a spreadsheet does: the header is row 1."""
    line: int
    """Where it begins in the file, which line breaks inside cells push apart from the row."""
    cells: tuple[str, ...]
    """As they were before an export guarded them; nothing where the row is at `fault`."""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file and how it is written."""

    file: Path
    octets: Octets
    encoding: str
    delimiter: str
    is_marked: bool = False
    """Whether its first line only names the delimiter, as Excel lets one write («sep=;»)."""

    def records(self) -> Iterator[Record]:
        """Every record, blank ones too, the header first.

        Raises ImportFileError where the file cannot be read on: undecodable, a NUL, a quotation
        mark that is never closed.
        """
        texts = lines(self.file, self.encoding)
        skipped = int(self.is_marked)
        for _ in range(skipped):
            next(texts)
        # RFC 4180 2: quotes are doubled inside quotes, line breaks stand inside quotes.
        reader = csv.reader(texts, delimiter=self.delimiter, strict=True)
        row = skipped
        while True:
            row += 1
            line = reader.line_num + skipped + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._refuse_if_unclosed(str(error), line)
                yield Record(row, line, (), fault=str(error))
                continue
            if reader.line_num + skipped - line >= LONGEST_RECORD:
                raise self._unclosed(line)
            yield Record(row, line, tuple(map(unguard_cell, cells)))

    def _refuse_if_unclosed(self, words: str, line: int) -> None:
        if "unexpected end" in words or "field limit" in words:
            raise self._unclosed(line)

    def _unclosed(self, line: int) -> ImportFileError:
        return ImportFileError(
            "a quotation mark is opened here and not closed",
            where=Where(self.file, line),
            mend="close it, or double a quotation mark that is part of the text",
        )


def lines(file: Path, encoding: str) -> Iterator[str]:
    """The file's lines with their ends; raises ImportFileError naming the line at fault."""
    number = 0
    try:
        with file.open(encoding=encoding, newline="") as stream:
            for number, line in enumerate(stream, 1):
                if "\0" in line:
                    raise ImportFileError(
                        "the line holds a NUL character",
                        where=Where(file, number),
                        mend="export the file anew, as CSV in UTF-8",
                    )
                yield line
    except UnicodeError:
        # Decoded ahead in blocks: the fault may stand some lines below the last one we saw.
        raise ImportFileError(
            f"not valid {encoding}",
            where=Where(file, _first_undecodable(file, encoding) or number + 1),
            mend="export the file anew in UTF-8, or name its encoding with --encoding",
        ) from None
    except OSError as error:
        raise ImportFileError(f"cannot be read: {error.strerror}", where=Where(file)) from None


def sep_line(line: str) -> str | None:
    """The delimiter that a line «sep=;» names, or None."""
    text = line.rstrip("\r\n").strip('"')
    return text[4] if len(text) == 5 and text[:4].lower() == "sep=" else None


def _first_undecodable(file: Path, encoding: str) -> int | None:
    try:
        with file.open(encoding=encoding, errors="replace", newline="") as stream:
            for number, line in enumerate(stream, 1):
                if "�" in line:
                    return number
    except UnicodeError:
        return None
    return None
