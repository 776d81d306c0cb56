"""Counting what is followed and opened, naming nobody: per issue, link or page, and day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from mailer.store import add_to_count
from mailer.store.tables import LinkCount, PageCount


def count_link(
    connection: Connection, issue_id: int, n: int, day: date, *, machine: bool, times: int = 1
) -> None:
    """Content link `n` of an issue was followed."""
    add_to_count(
        connection,
        LinkCount,
        {"issue_id": issue_id, "n": n, "day": day, "machine": machine},
        times,
    )


def count_page(
    connection: Connection, issue_id: int, page: str, day: date, *, machine: bool, times: int = 1
) -> None:
    """A page of an issue was asked for."""
    add_to_count(
        connection,
        PageCount,
        {"issue_id": issue_id, "page": page, "day": day, "machine": machine},
        times,
    )
