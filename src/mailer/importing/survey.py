"""A first look at a whole file: how it is written and whether it can be read to its end."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mailer.errors import Where
from mailer.importing.columns import Columns, Field, recognise_columns
from mailer.importing.delimiters import recognise_delimiter
from mailer.importing.encoding import examine, recognise_encoding
from mailer.importing.errors import ImportFileError
from mailer.importing.moments import DayOrder
from mailer.importing.reading import Record, Source, lines, sep_line

HEAD_LINES = 50


@dataclass(frozen=True, slots=True)
class Survey:
    """A file that can be read to its end."""

    source: Source
    columns: Columns
    rows: int
    """Without the header and blank lines."""
    day_order: DayOrder

    def records(self) -> Iterator[Record]:
        """The rows below the header; blank ones too."""
        return self._below_header(self.source.records())

    def _below_header(self, records: Iterator[Record]) -> Iterator[Record]:
        _header(records, self.source)
        yield from records


def survey(file: Path, encoding: str | None = None) -> Survey:
    """Look through the file; `encoding` where the publisher knows better than we.

    Raises ImportFileError where it cannot be imported, before anything of it was.
    """
    octets = examine(file)
    encoding = _codec(encoding) if encoding else recognise_encoding(octets)
    head = list(islice(lines(file, encoding), HEAD_LINES))
    is_marked = bool(head) and sep_line(head[0]) is not None
    source = Source(file, octets, encoding, recognise_delimiter(head), is_marked)
    records = source.records()
    header = _header(records, source)
    columns = recognise_columns(header.cells, Where(file, header.line))
    order = DayOrder()
    rows = sum(_is_row(record, columns, order) for record in records)
    return Survey(source, columns, rows, order)


def _header(records: Iterator[Record], source: Source) -> Record:
    for record in records:
        if record.fault:
            raise ImportFileError(
                f"the header cannot be read: {record.fault}",
                where=Where(source.file, record.line),
            )
        if any(cell.strip() for cell in record.cells):
            return record
    raise ImportFileError("the file is empty", where=Where(source.file, 1))


def _is_row(record: Record, columns: Columns, order: DayOrder) -> bool:
    position = columns.fields.get(Field.DATE)
    if position is not None and position < len(record.cells):
        order.see(record.cells[position])
    return bool(record.fault) or not columns.are_blank(record.cells)


def _codec(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)  # a codec of text, unlike «zip» or «hex»
    except (LookupError, ValueError):
        raise ImportFileError(
            f"unknown encoding {name!r}", mend="write one like utf-8, cp1252 or iso8859-15"
        ) from None
    return codec.name
