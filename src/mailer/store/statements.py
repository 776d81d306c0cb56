"""Statements that both databases know, but spell in their own dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from mailer.store.schema import Model


def insert_once(connection: Connection, table: type[Model], values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same unique key is there; returns whether it was new."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    result = connection.execute(
        dialect.insert(table).values(**values).on_conflict_do_nothing(),
        # On PostgreSQL the row's key is asked for by RETURNING, and the count is then forgotten.
        execution_options={"preserve_rowcount": True},
    )
    return result.rowcount == 1


def add_to_counts(
    connection: Connection, table: type[Model], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Add each row's `count` to that of the row with its primary key, which need not be there yet.

    One statement for all: each holds Python's lock for a moment, and others want it meanwhile.
    """
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table)
    columns = table.__table__.c
    more = {"count": columns["count"] + insert.excluded["count"]}
    key = [column.name for column in columns if column.primary_key]
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=more), list(rows))
