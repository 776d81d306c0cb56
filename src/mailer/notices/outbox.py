"""The outbox: written in the transaction that causes a notice, emptied by whoever delivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, null, select, update

from mailer.store import insert_once
from mailer.store.tables import LegalBasis, MailingList, Notice, NoticeKind, NoticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A notice to be written into the outbox."""

    kind: NoticeKind
    legal_basis: LegalBasis
    cause: str
    """Names the one event behind it: a second notice with the same cause is not written."""
    list_id: int | None
    sender: str
    recipient: str
    content: bytes
    """The whole message, wire-ready."""


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """A notice that was taken for sending."""

    id: int
    attempts: int
    doubts: int
    created_at: datetime
    sender: str
    recipient: str
    content: bytes


_OPEN = (NoticeState.PENDING, NoticeState.DEFERRED)


def enqueue(connection: Connection, notice: Outgoing, *, now: datetime) -> bool:
    """Write a notice into the outbox; returns whether its cause was new."""
    return insert_once(
        connection,
        Notice,
        {
            "kind": notice.kind,
            "legal_basis": notice.legal_basis,
            "cause": notice.cause,
            "list_id": notice.list_id,
            "sender": notice.sender,
            "recipient": notice.recipient,
            "content": notice.content,
            "state": NoticeState.PENDING,
            "attempts": 0,
            "doubts": 0,
            "created_at": now,
            "due_at": now,
            "taken_by": None,
            "settled_at": None,
            "relay": None,
            "reply": None,
        },
    )


def take_notices(
    connection: Connection, worker: str, lists: Sequence[str], now: datetime, *, limit: int = 50
) -> list[WaitingNotice]:
    """Notices of these lists that are due, oldest first, now ours."""
    due = connection.scalars(
        select(Notice.id)
        .join(MailingList, MailingList.id == Notice.list_id)
        .where(Notice.state.in_(_OPEN), Notice.due_at <= now, MailingList.key.in_(lists))
        .order_by(Notice.due_at, Notice.id)
        .limit(limit)
        .with_for_update(of=Notice, skip_locked=True)
    ).all()
    if not due:
        return []
    rows = connection.execute(
        update(Notice)
        .where(Notice.id.in_(due))
        .values(state=NoticeState.TAKEN, taken_by=worker)
        .returning(
            Notice.id,
            Notice.attempts,
            Notice.doubts,
            Notice.created_at,
            Notice.sender,
            Notice.recipient,
            func.coalesce(Notice.content, b""),
        )
    )
    return sorted((WaitingNotice(*row) for row in rows), key=lambda notice: notice.id)


def settle_notices(connection: Connection, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Record what became of notices that were taken.

    Each outcome has `b_id`, `b_state`, `b_attempts` (to be added), `b_doubts`, `b_due`,
    `b_settled`, `b_relay` and `b_reply`. The content of one that is settled for good is erased.
    """
    connection.execute(_SETTLE, list(outcomes))
    connection.execute(
        update(Notice)
        .where(Notice.id.in_([one["b_id"] for one in outcomes]), Notice.settled_at.is_not(None))
        .values(content=null())
    )


def give_back_notices(connection: Connection, worker: str) -> None:
    """Release what a worker took and did not send."""
    connection.execute(
        update(Notice)
        .where(Notice.taken_by == worker, Notice.state == NoticeState.TAKEN)
        .values(state=NoticeState.PENDING, taken_by=None)
    )


def notices_of(connection: Connection, worker: str) -> frozenset[int]:
    """The notices that a worker took and has not settled."""
    mine = Notice.taken_by == worker, Notice.state == NoticeState.TAKEN
    return frozenset(connection.scalars(select(Notice.id).where(*mine)))


def workers_with_notices(connection: Connection) -> frozenset[str]:
    """The workers, alive or gone, that have taken notices."""
    taken = Notice.state == NoticeState.TAKEN, Notice.taken_by.is_not(None)
    return frozenset(
        worker
        for worker in connection.scalars(select(Notice.taken_by).where(*taken).distinct())
        if worker
    )


def next_notice_due(connection: Connection, lists: Sequence[str]) -> datetime | None:
    """When the next open notice of these lists is due."""
    return connection.scalar(
        select(func.min(Notice.due_at))
        .join(MailingList, MailingList.id == Notice.list_id)
        .where(Notice.state.in_(_OPEN), MailingList.key.in_(lists))
    )


def count_open(connection: Connection) -> int:
    """How many notices wait to be sent."""
    return connection.scalars(
        select(func.count()).select_from(Notice).where(Notice.state.in_(_OPEN))
    ).one()


_SETTLE = (
    update(Notice)
    .where(Notice.id == bindparam("b_id"), Notice.state == NoticeState.TAKEN)
    .values(
        state=bindparam("b_state"),
        attempts=Notice.attempts + bindparam("b_attempts"),
        doubts=bindparam("b_doubts"),
        due_at=func.coalesce(bindparam("b_due", type_=Notice.due_at.type), Notice.due_at),
        settled_at=bindparam("b_settled"),
        relay=bindparam("b_relay"),
        reply=bindparam("b_reply"),
        taken_by=null(),
    )
)
