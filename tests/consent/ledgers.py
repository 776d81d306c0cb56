"""Ledgers to tamper with: guards taken away, raw SQL at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from builders import KEYS, NOW, add_readers
from mailer.clock import Clock
from mailer.consent import Head, Verified, seal, verify
from mailer.store import Store

TABLES = ("seals", "sealed_records", "consent_records", "consent_evidence", "wordings", "lists")


def ticking() -> Clock:
    """A clock that moves on by a minute each time it is read."""
    moments = iter(range(1_000_000))
    return lambda: NOW + timedelta(minutes=next(moments))


def grow(store: Store, copies: Path, *, seals: int, each: int, late: int = 0) -> list[Head]:
    """A ledger of `seals` seals over `each` records, and `late` ones not sealed yet."""
    clock = ticking()
    heads = []
    for number in range(seals):
        add_readers(store, each, first=1 + number * each)
        heads += seal(store, copies, clock)
    if late:
        add_readers(store, late, first=1 + seals * each)
    return heads


def check(store: Store, copies: Path, *against: str) -> Verified:
    """What a verification sees."""
    with store.read() as connection:
        return verify(connection, KEYS, copies, against=against)


@contextmanager
def unguarded(store: Store) -> Iterator[Connection]:
    """A connection for which the ledger's tables are tables like any other."""
    with store.write() as connection:
        for name, table in _triggers(connection):
            on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        yield connection


def _triggers(connection: Connection) -> list[tuple[str, str]]:
    if connection.dialect.name == "postgresql":
        query = (
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal"
        )
    else:
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    return [(row[0], row[1]) for row in connection.execute(text(query)) if row[1] in TABLES]
