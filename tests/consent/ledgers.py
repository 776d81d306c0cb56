"""Ledgers to tamper with: guards taken away, raw SQL at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, text

from builders import KEYS, NOW, add_readers
from mailer.clock import Clock
from mailer.consent import Head, Verified, seal, verify
from mailer.consent.canonical import GENESIS
from mailer.consent.copies import SealCopy
from mailer.consent.rows import not_yet_sealed
from mailer.store import Store
from mailer.store.tables import Seal, SealedRecord


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
        add_readers(store, late, first=1 + seals * each, now=NOW + timedelta(days=1))
    return heads


def check(store: Store, copies: Path, *against: str) -> Verified:
    """What a verification sees."""
    with store.read() as connection:
        return verify(connection, KEYS, copies, against=against)


@contextmanager
def unguarded(store: Store) -> Iterator[Connection]:
    """A connection for which the ledger's tables are tables like any other; all is rolled back."""
    with store.engine.connect() as connection:
        if store.is_sqlite:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.scalars(text(query)).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection
        connection.rollback()


def look(connection: Connection, copies: Path, *against: str) -> Verified:
    """What a verification sees on this connection."""
    return verify(connection, KEYS, copies, against=against)


def rebuild(connection: Connection) -> None:
    """The whole chain anew over whatever is there, as a forger who knows our code would do it."""
    connection.execute(text("DELETE FROM sealed_records"))
    connection.execute(text("DELETE FROM seals"))
    leaves = [(one.id, one.leaf) for one in not_yet_sealed(connection, 0, 1000)]
    copy = SealCopy(GENESIS, NOW, tuple(leaves))
    connection.execute(
        insert(Seal).values(
            id=1,
            previous=GENESIS,
            count=len(leaves),
            root=copy.root,
            head=copy.head,
            sealed_at=NOW,
            timestamp_token=None,
        )
    )
    rows = [
        {"consent_id": id_, "seal_id": 1, "position": position, "leaf": leaf}
        for position, (id_, leaf) in enumerate(leaves)
    ]
    connection.execute(insert(SealedRecord), rows)
