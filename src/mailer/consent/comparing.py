"""The ledger as it is beside the ledger as it was: naming the first record that differs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from mailer.consent.canonical import GENESIS
from mailer.consent.copies import SealCopy, copies_up_to
from mailer.consent.findings import Fault, Finding, day
from mailer.consent.rows import RECORDS, sealable
from mailer.store.tables import ConsentRecord

_AT_ONCE = 5_000


def against_head(
    connection: Connection, head: str, known: frozenset[str], copies: Path
) -> list[Finding]:
    """What differs from the ledger that `head` stood for when somebody noted it.

    `known` are the heads of the chain as it is now. Where the head is none of them, the chain was
    rebuilt or cut short; the copies of the old seals then tell from which record on.
    """
    if head in known:
        return []
    old = copies_up_to(copies, head)
    named = _named(connection, [copy for copy in old if copy.head not in known])
    if named is None and old and old[0].previous == GENESIS:
        named = _inserted(connection, old)
    if named is not None:
        hint = "see the record named above"
    elif old:
        hint = "the records are as they were, the seals are not"
    else:
        hint = f"which record cannot be told, as no copy of the old seal is in {copies}"
    rewritten = Finding(
        fault=Fault.REWRITTEN, words=f"head {head} is not in the chain, which was rebuilt: {hint}"
    )
    return [named, rewritten] if named else [rewritten]


def first_difference(
    connection: Connection, leaves: Sequence[tuple[int, bytes]], seal: int | None = None
) -> Finding | None:
    """The first of these records that is gone or no longer what it was; None where all are."""
    for start in range(0, len(leaves), _AT_ONCE):
        part = leaves[start : start + _AT_ONCE]
        rows = connection.execute(RECORDS.where(ConsentRecord.id.in_([id_ for id_, _ in part])))
        now = {row.id: sealable(row) for row in rows}
        for id_, leaf in part:
            if id_ not in now:
                return removed(id_, seal)
            if now[id_].leaf != leaf:
                return changed(id_, seal)
    return None


def removed(record: int, seal: int | None) -> Finding:
    """A record that was sealed and is gone."""
    words = f"record {record} was removed"
    return Finding(fault=Fault.REMOVED, record=record, seal=seal, words=words)


def changed(record: int, seal: int | None) -> Finding:
    """A record that is no longer what was sealed."""
    words = f"record {record} was changed"
    return Finding(fault=Fault.CHANGED, record=record, seal=seal, words=words)


def _named(connection: Connection, old: Sequence[SealCopy]) -> Finding | None:
    found = (first_difference(connection, copy.leaves) for copy in old)
    return next((one for one in found if one is not None), None)


def _inserted(connection: Connection, old: Sequence[SealCopy]) -> Finding | None:
    """The first record that claims to be older than the old seals, none of which covers it."""
    covered = {id_ for copy in old for id_, _ in copy.leaves}
    claimed = connection.execute(
        select(ConsentRecord.id, ConsentRecord.recorded_at)
        .where(ConsentRecord.recorded_at <= old[-1].sealed_at)
        .order_by(ConsentRecord.id)
    )
    for id_, recorded_at in claimed:
        if id_ not in covered:
            return inserted(id_, f"is dated {day(recorded_at)}, and the old seals knew of no such")
    return None


def inserted(record: int, why: str, seal: int | None = None) -> Finding:
    """A record that was not there when its time was sealed."""
    words = f"record {record} was inserted: it {why}"
    return Finding(fault=Fault.INSERTED, record=record, seal=seal, words=words)
