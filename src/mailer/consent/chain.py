"""Following the chain: each seal held against the records that it covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from mailer.consent.canonical import GENESIS, head_of
from mailer.consent.comparing import changed, first_difference, inserted, removed
from mailer.consent.copies import read_copy
from mailer.consent.findings import Fault, Finding, day
from mailer.consent.merkle import root_of
from mailer.consent.rows import COLUMNS, PAGE, sealable, unsealed
from mailer.store.tables import ConsentRecord, MailingList, Seal, SealedRecord, Wording

LATE = timedelta(days=1)
"""No transaction takes so long: an older record that no seal covers came in another way."""


@dataclass(slots=True)
class _Covered:
    """What stands under one seal now."""

    ids: list[int] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    first: Finding | None = None
    """The first record that is not what its leaf says."""


def follow(
    connection: Connection, copies: Path, tell: Callable[[int], None]
) -> Iterator[tuple[Any, Finding | None]]:
    """Each seal in order, with the first thing that is wrong about it or under it."""
    previous = GENESIS
    for seal in _seals(connection):
        found = _check_link(seal, previous) or _check_records(connection, seal, copies)
        yield seal, found
        previous = seal.head
        tell(seal.count)


def late_records(connection: Connection) -> Iterator[Finding]:
    """Unsealed records that claim a time which was sealed long before they were there."""
    newest = connection.scalar(select(func.max(Seal.sealed_at)))
    if newest is None:
        return
    rows = connection.execute(
        unsealed()
        .add_columns(ConsentRecord.recorded_at)
        .where(ConsentRecord.recorded_at < newest - LATE)
        .order_by(ConsentRecord.id)
        .limit(1)
    )
    for id_, recorded_at in rows:
        why = f"is dated {day(recorded_at)}, and no seal made since covers it"
        yield inserted(id_, why)


def _seals(connection: Connection) -> Iterator[Any]:
    yield from connection.execute(select(Seal.__table__).order_by(Seal.id)).all()


def _check_link(seal: Any, previous: str) -> Finding | None:
    if head_of(seal.previous, seal.count, seal.root, seal.sealed_at) != seal.head:
        words = f"seal {seal.id} of {day(seal.sealed_at)} was changed"
        return Finding(fault=Fault.SEAL, seal=seal.id, words=words)
    if seal.previous != previous:
        words = f"seal {seal.id} does not follow the one before it: a seal was removed or inserted"
        return Finding(fault=Fault.CHAIN, seal=seal.id, words=words)
    return None


def _check_records(connection: Connection, seal: Any, copies: Path) -> Finding | None:
    covered = _read(connection, seal.id)
    if root_of(covered.leaves).hex() == seal.root:
        return covered.first
    # Somebody touched what the seal says of its records too: its copy knows better.
    copy = read_copy(copies, seal.head)
    if copy is not None:
        named = first_difference(connection, copy.leaves, seal.id)
        if named is not None:
            return named
        known = {id_ for id_, _ in copy.leaves}
        extra = next((id_ for id_ in covered.ids if id_ not in known), None)
        if extra is not None:
            return inserted(extra, f"was not there when seal {seal.id} was made", seal.id)
    return covered.first or _gap(covered, seal)


def _gap(covered: _Covered, seal: Any) -> Finding:
    """What the positions alone tell where the leaves do not add up to the root."""
    if len(covered.ids) > seal.count:
        extra = covered.ids[seal.count]
        return inserted(extra, f"was not there when seal {seal.id} was made", seal.id)
    for place, position in enumerate(covered.positions):
        if place != position:
            before = f"after record {covered.ids[place - 1]}" if place else "at its beginning"
            words = f"seal {seal.id}: the record {before} was removed"
            return Finding(fault=Fault.REMOVED, seal=seal.id, words=words)
    if len(covered.ids) < seal.count:
        after = f"after record {covered.ids[-1]}" if covered.ids else "at its beginning"
        words = f"seal {seal.id}: {seal.count - len(covered.ids)} records {after} were removed"
        return Finding(fault=Fault.REMOVED, seal=seal.id, words=words)
    words = f"seal {seal.id}: one of the records {covered.ids[0]} to {covered.ids[-1]} was changed"
    return Finding(fault=Fault.CHANGED, seal=seal.id, words=words)


def _read(connection: Connection, seal_id: int) -> _Covered:
    covered = _Covered()
    after = -1
    while True:
        rows = _page(connection, seal_id, after)
        for row in rows:
            _hold_against_leaf(covered, row, seal_id)
        if len(rows) < PAGE:
            return covered
        after = rows[-1].position


def _hold_against_leaf(covered: _Covered, row: Row[Any], seal_id: int) -> None:
    covered.ids.append(row.consent_id)
    covered.leaves.append(row.leaf)
    covered.positions.append(row.position)
    if covered.first is not None:
        return
    if row.id is None:
        covered.first = removed(row.consent_id, seal_id)
    elif sealable(row).leaf != row.leaf:
        covered.first = changed(row.consent_id, seal_id)


def _page(connection: Connection, seal_id: int, after: int) -> list[Row[Any]]:
    return list(
        connection.execute(
            select(*COLUMNS, SealedRecord.consent_id, SealedRecord.position, SealedRecord.leaf)
            .select_from(SealedRecord)
            .outerjoin(ConsentRecord, ConsentRecord.id == SealedRecord.consent_id)
            .outerjoin(MailingList, MailingList.id == ConsentRecord.list_id)
            .outerjoin(Wording, Wording.id == ConsentRecord.wording_id)
            .where(SealedRecord.seal_id == seal_id, SealedRecord.position > after)
            .order_by(SealedRecord.position)
            .limit(PAGE)
        )
    )
