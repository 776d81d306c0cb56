"""Statements that both databases know, but spell in their own dialect."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Select, func, select, text
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


def refresh_statistics(connection: Connection, *tables: type[Model]) -> None:
    """Have PostgreSQL look at tables that were filled at one go; SQLite's plans need no look.

    It would do so by itself within a minute or so (its manual, 14.4.8: «Run ANALYZE Afterwards»).
    Until then it takes them for small, and what is asked about the few readers of a batch it
    answers by reading the whole list for each of them.
    """
    if connection.dialect.name != "sqlite":
        names = ", ".join(table.__tablename__ for table in tables)
        connection.execute(text(f"ANALYZE {names}"))


def all_at_once(
    connection: Connection, rows: Select[Any], parameters: Mapping[str, Any] | None = None
) -> Sequence[Sequence[Any]]:
    """The rows of a statement whose columns are numbers, text and JSON, in its first's order.

    SQLite sets Python's lock free for each row and then has to get it back: beside a busy event
    loop that costs more than the row. So it hands over one row with all of them.
    """
    if connection.dialect.name != "sqlite":
        return connection.execute(_in_order(rows), parameters).all()
    one_row = connection.scalar(_in_one_row(rows), parameters)
    return sorted(json.loads(one_row or "[]"), key=itemgetter(0))


@lru_cache(maxsize=16)
def _in_order(rows: Select[Any]) -> Select[Any]:
    return rows.order_by(rows.selected_columns[0])


@lru_cache(maxsize=16)
def _in_one_row(rows: Select[Any]) -> Select[str]:
    columns = rows.subquery().c
    cells = [func.json(one) if isinstance(one.type, JSON) else one for one in columns]
    return select(func.json_group_array(func.json_array(*cells)))
