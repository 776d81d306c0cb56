"""Sealing: a chain of hash-tree roots over the ledger, so that a rewritten past shows.

A seal is prepared without any lock, for records never change; then, under a lock, it is written
only if the chain still ends where it did. Two at once can therefore not fork it, and nobody waits
for the hashing or for a time-stamping authority.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Connection, func, insert, select, text

from mailer.clock import Clock
from mailer.consent.canonical import GENESIS
from mailer.consent.copies import SealCopy, keep_copy
from mailer.consent.rows import not_yet_sealed
from mailer.errors import MailerError
from mailer.store import Store
from mailer.store.tables import Seal, SealedRecord

MOST_RECORDS = 100_000
"""Records under one seal: so many leaves are held at a time, and written under one lock."""

Stamp = Callable[[str], bytes]
"""Asks a time-stamping authority about a head (RFC 3161); raises MailerError."""

log = structlog.get_logger("consent")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain after one seal: 64 hexadecimal digits that hold all before them."""

    number: int
    head: str
    count: int
    """Records that this seal covers."""
    sealed_at: datetime
    is_stamped: bool
    """Whether a time-stamping authority has attested it."""


def seal(
    store: Store,
    copies: Path,
    clock: Clock,
    *,
    stamp: Stamp | None = None,
    tell: Callable[[int], None] = lambda _count: None,
) -> list[Head]:
    """Seal every record that no seal covers yet; returns the new heads, none where all is sealed.

    Made to be called now and then by what stays alive, from any process and by several at once:
    when nothing is new it reads and writes nothing. `copies` is the workspace's `seals` folder.
    `stamp` has each head time-stamped; where the authority does not answer, the seal is written
    without it, and that is logged. `tell` hears how many records a seal has just covered. It works
    in the calling thread, about a second for 50,000 records. Raises StoreError, OSError.
    """
    made: list[Head] = []
    after = 0
    while True:
        with store.read() as connection:
            previous = _last_head(connection)
            new = [(one.id, one.leaf) for one in not_yet_sealed(connection, after, MOST_RECORDS)]
        if not new:
            return made
        copy = SealCopy(previous, clock(), tuple(new))
        token = _stamped(copy.head, stamp)
        keep_copy(copies, copy)  # first, so that no seal is ever without one
        with store.write() as connection:
            written = _write(connection, copy, token)
        if written is None:  # somebody else sealed in between: look again
            after = 0
            continue
        made.append(written)
        tell(written.count)
        # What commits later with a lower id is the next call's.
        after = new[-1][0]


def heads(connection: Connection, *, limit: int | None = None) -> list[Head]:
    """The heads of the chain, newest first: to be shown wherever others can keep them."""
    rows = connection.execute(
        select(Seal.id, Seal.head, Seal.count, Seal.sealed_at, Seal.timestamp_token.is_not(None))
        .order_by(Seal.id.desc())
        .limit(limit)
    )
    return [Head(*row) for row in rows]


def _last_head(connection: Connection) -> str:
    return connection.scalar(select(Seal.head).order_by(Seal.id.desc()).limit(1)) or GENESIS


def _stamped(head: str, stamp: Stamp | None) -> bytes | None:
    if stamp is None:
        return None
    try:
        return stamp(head)
    except MailerError as error:
        log.warning("sealed without a time-stamp", why=error.what)
        return None


def _write(connection: Connection, copy: SealCopy, token: bytes | None) -> Head | None:
    """Append the seal, unless the chain has grown since it was prepared."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("LOCK TABLE seals IN SHARE ROW EXCLUSIVE MODE"))
    if _last_head(connection) != copy.previous:
        return None
    number = connection.scalars(select(func.coalesce(func.max(Seal.id), 0) + 1)).one()
    connection.execute(
        insert(Seal).values(
            id=number,
            previous=copy.previous,
            count=len(copy.leaves),
            root=copy.root,
            head=copy.head,
            sealed_at=copy.sealed_at,
            timestamp_token=token,
        )
    )
    connection.execute(
        insert(SealedRecord),
        [
            {"consent_id": id_, "seal_id": number, "position": position, "leaf": leaf}
            for position, (id_, leaf) in enumerate(copy.leaves)
        ],
    )
    return Head(number, copy.head, len(copy.leaves), copy.sealed_at, token is not None)
