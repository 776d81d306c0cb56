"""Counting what is followed and opened, naming nobody: per issue, link or page, and day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from mailer.store.schema import Model
from mailer.store.tables import LinkCount, PageCount


def count_link(
    connection: Connection, issue_id: int, n: int, day: date, *, machine: bool, times: int = 1
) -> None:
    """Content link `n` of an issue was followed."""
    _add(
        connection,
        LinkCount,
        {"issue_id": issue_id, "n": n, "day": day, "machine": machine},
        times,
    )


def count_page(
    connection: Connection, issue_id: int, page: str, day: date, *, machine: bool, times: int = 1
) -> None:
    """A page of an issue was asked for."""
    _add(
        connection,
        PageCount,
        {"issue_id": issue_id, "page": page, "day": day, "machine": machine},
        times,
    )


def _add(connection: Connection, table: type[Model], key: Mapping[str, Any], times: int) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    columns = table.__table__.c
    connection.execute(
        dialect.insert(table)
        .values(**key, count=times)
        .on_conflict_do_update(
            index_elements=[columns[name] for name in key],
            set_={"count": columns["count"] + times},
        )
    )
