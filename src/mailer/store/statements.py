"""Statements that both databases know, but spell in their own dialect."""

from __future__ import annotations

from collections.abc import Mapping
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


def add_to_count(
    connection: Connection, table: type[Model], key: Mapping[str, Any], times: int
) -> None:
    """Add to the `count` of the row with that primary key, which need not be there yet."""
    columns = table.__table__.c
    values = {**key, "count": times}
    more = {"count": columns["count"] + times}
    if connection.dialect.name == "sqlite":
        connection.execute(
            sqlite.insert(table)
            .values(values)
            .on_conflict_do_update(index_elements=list(key), set_=more)
        )
    else:
        connection.execute(
            postgresql.insert(table)
            .values(values)
            .on_conflict_do_update(index_elements=list(key), set_=more)
        )
