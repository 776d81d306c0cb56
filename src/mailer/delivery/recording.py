"""Bringing outcomes into the database, many at a time, and reading back a dead worker's journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, bindparam, update

from mailer.campaigns import DeliveryEvent, cancel_waiting, delivery_after, states_of
from mailer.delivery.batches import batches_of, give_back
from mailer.delivery.journal import Kind, Orphan, Record
from mailer.notices import give_back_notices, notices_of, settle_notices
from mailer.store.tables import CampaignState, Delivery, DeliveryState

OnDoubt = Literal["resend", "hold"]
NOTICES = 0


class Settled(NamedTuple):
    """What became of one message, ready to be recorded."""

    origin: int
    id: int
    state: DeliveryState
    attempts: int
    """Tries to add to those before."""
    doubts: int
    """How often it was in doubt, all told."""
    reply: str
    relay: str
    at: datetime
    due_at: datetime | None = None


def record_settled(connection: Connection, settled: Sequence[Settled]) -> None:
    """Write outcomes; what is recorded already stays as it is."""
    deliveries = [one for one in settled if one.origin != NOTICES]
    if deliveries and connection.dialect.name == "sqlite":
        rows = json.dumps([_row(one) for one in deliveries], ensure_ascii=False)
        connection.exec_driver_sql(_SETTLE_ALL, (rows,))
    elif deliveries:
        connection.execute(_SETTLE, [_values(one) for one in deliveries])
    notices = [one for one in settled if one.origin == NOTICES]
    if notices:
        settle_notices(connection, [_values(one) for one in notices])


def after_kind(kind: Kind, on_doubt: OnDoubt) -> DeliveryState:
    """The state of a delivery that was taken, after what its journal says."""
    events = {
        Kind.ACCEPTED: DeliveryEvent.ACCEPTED,
        Kind.DEFERRED: DeliveryEvent.DEFERRED,
        Kind.FAILED: DeliveryEvent.FAILED,
        Kind.UNSENT: DeliveryEvent.RELEASED,
    }
    doubted = DeliveryEvent.RELEASED if on_doubt == "resend" else DeliveryEvent.DOUBTED
    return delivery_after(DeliveryState.TAKEN, events.get(kind, doubted))


def replay(
    connection: Connection, orphan: Orphan, *, on_doubt: OnDoubt, relay: str, now: datetime
) -> list[Settled]:
    """Record what a dead worker wrote down, and give back what it had taken.

    An intent without an outcome is in doubt (RFC 1047): that message may have arrived. What the
    worker no longer holds was recorded before, and may be another's by now: its journal says
    nothing about it any more. Returns what was recorded.
    """
    held = Held.of(connection, orphan.worker)
    settled = [
        _read_back(record, on_doubt=on_doubt, relay=relay, now=now)
        for record in _last_words(orphan.records())
        if (record.origin, record.id) in held
    ]
    record_settled(connection, settled)
    release(connection, orphan.worker, now)
    return settled


def release(connection: Connection, worker: str, now: datetime) -> None:
    """Give back what a worker took and did not send; cancelled where its campaign was."""
    campaigns = give_back(connection, worker)
    give_back_notices(connection, worker)
    for campaign_id, state in states_of(connection, campaigns).items():
        if state is CampaignState.CANCELLED:
            cancel_waiting(connection, campaign_id, now)


@dataclass(frozen=True, slots=True)
class Held:
    """What a worker has taken and not finished, as the database knows it."""

    batches: Sequence[tuple[int, int, int]]
    notices: frozenset[int]

    @classmethod
    def of(cls, connection: Connection, worker: str) -> Held:
        """What that worker holds."""
        return cls(batches_of(connection, worker), notices_of(connection, worker))

    def __contains__(self, key: tuple[int, int]) -> bool:
        origin, id_ = key
        if origin == NOTICES:
            return id_ in self.notices
        return any(
            campaign == origin and first <= id_ <= last for campaign, first, last in self.batches
        )


def _read_back(record: Record, *, on_doubt: OnDoubt, relay: str, now: datetime) -> Settled:
    return Settled(
        origin=record.origin,
        id=record.id,
        state=after_kind(record.kind, on_doubt),
        attempts=int(record.kind is not Kind.UNSENT),
        doubts=record.doubts,
        reply=record.reply,
        relay=relay,
        at=now,
        due_at=now if record.kind is Kind.DEFERRED else None,
    )


def _last_words(records: Iterable[Record]) -> list[Record]:
    last: dict[tuple[int, int], Record] = {}
    for record in records:
        last[record.origin, record.id] = record
    return [_as_doubt(record) if record.kind is Kind.INTENT else record for record in last.values()]


def _as_doubt(intent: Record) -> Record:
    return intent._replace(
        kind=Kind.DOUBT,
        doubts=intent.doubts + 1,
        reply="in doubt: the sender stopped before the answer came",
    )


def _values(one: Settled) -> dict[str, Any]:
    return {
        "b_campaign": one.origin,
        "b_id": one.id,
        "b_state": one.state,
        "b_attempts": one.attempts,
        "b_doubts": one.doubts,
        "b_due": one.due_at,
        "b_settled": None if one.state in _WAITING else one.at,
        "b_relay": one.relay,
        "b_reply": one.reply,
    }


def _row(one: Settled) -> tuple[int | str | None, ...]:
    return (
        one.origin,
        one.id,
        one.state.value,
        one.attempts,
        one.doubts,
        _stored(one.due_at),
        None if one.state in _WAITING else _stored(one.at),
        one.relay,
        one.reply,
    )


def _stored(moment: datetime | None) -> str | None:
    """As SQLite's columns hold a moment: UTC, without saying so."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


_WAITING = frozenset({DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.TAKEN})

# PostgreSQL's driver sends the rows without waiting for each. SQLite would set Python's lock free
# for each and then have to get it back, which beside a busy event loop costs more than the row:
# there one statement takes all.
_SETTLE_ALL = """
UPDATE deliveries
SET state = outcome.value ->> 2,
    attempts = attempts + (outcome.value ->> 3),
    doubts = outcome.value ->> 4,
    due_at = outcome.value ->> 5,
    settled_at = outcome.value ->> 6,
    relay = outcome.value ->> 7,
    reply = outcome.value ->> 8
FROM json_each(?) AS outcome
WHERE deliveries.campaign_id = outcome.value ->> 0
    AND deliveries.id = outcome.value ->> 1
    AND deliveries.state = 'taken'
"""
_SETTLE = (
    update(Delivery)
    .where(
        Delivery.campaign_id == bindparam("b_campaign"),
        Delivery.id == bindparam("b_id"),
        Delivery.state == DeliveryState.TAKEN,
    )
    .values(
        state=bindparam("b_state"),
        attempts=Delivery.attempts + bindparam("b_attempts"),
        doubts=bindparam("b_doubts"),
        due_at=bindparam("b_due"),
        settled_at=bindparam("b_settled"),
        relay=bindparam("b_relay"),
        reply=bindparam("b_reply"),
    )
)
