"""By which character a file's cells are parted: the one that makes its header make sense."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from mailer.importing.columns import Field, field_of
from mailer.importing.reading import sep_line

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def recognise_delimiter(head: Sequence[str]) -> str:
    """The delimiter of a file whose first lines are `head`; a comma where nothing tells."""
    named = sep_line(head[0]) if head else None
    if named in DELIMITERS:
        return named
    return max(DELIMITERS, key=lambda delimiter: _sense(head, delimiter))


def _sense(head: Sequence[str], delimiter: str) -> tuple[bool, int, int, int]:
    """How much sense the lines make so: an e-mail column counts most, then columns we know."""
    rows = _rows(head, delimiter)
    if not rows:
        return False, 0, 0, 0
    fields = [field_of(cell) for cell in rows[0]]
    alike = sum(len(row) == len(rows[0]) for row in rows[1:])
    known = sum(field is not None for field in fields)
    parted = len(rows[0]) if len(rows[0]) > 1 else 0
    return Field.EMAIL in fields, known, alike if parted else 0, parted


def _rows(head: Sequence[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in csv.reader(head, delimiter=delimiter) if row)
    except csv.Error:
        return rows
    return rows
