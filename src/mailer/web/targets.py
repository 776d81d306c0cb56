"""Where content links lead, kept at hand: a launched issue's table never changes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sqlalchemy import Connection

from mailer.campaigns import LinkTable, link_table

MOST_ISSUES = 256


class Targets:
    """The link tables of the issues that were followed last; from any thread."""

    def __init__(self) -> None:
        self._tables: OrderedDict[str, LinkTable] = OrderedDict()
        self._lock = Lock()

    def known(self, slug: str) -> LinkTable | None:
        """The table of an issue, where it is at hand."""
        with self._lock:
            if slug in self._tables:
                self._tables.move_to_end(slug)
            return self._tables.get(slug)

    def find(self, connection: Connection, slug: str) -> LinkTable | None:
        """The table of an issue as the database has it; kept once the issue is launched."""
        table = link_table(connection, slug)
        if table is not None and table.is_launched:
            with self._lock:
                self._tables[slug] = table
                if len(self._tables) > MOST_ISSUES:
                    self._tables.popitem(last=False)
        return table
