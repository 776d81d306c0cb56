"""Less mail, not none: a reader pauses for some weeks, and learns on return what they missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from mailer.audience.membership import Membership, membership
from mailer.store.tables import Subscription, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Pause:
    """From when until when a reader gets no issue."""

    since: datetime
    until: datetime


def pause(connection: Connection, reader: Membership, weeks: int, now: datetime) -> None:
    """Send nothing for so many weeks; again, from now on."""
    since = pause_of(connection, reader)
    connection.execute(
        update(Subscription)
        .where(Subscription.id == reader.id, Subscription.status == SubscriptionStatus.ACTIVE)
        .values(
            paused_at=since.since if since else now,
            paused_until=now + timedelta(weeks=weeks),
            changed_at=now,
        )
    )


def resume(connection: Connection, reader: Membership, now: datetime) -> None:
    """End a pause now; what was missed is told like at its own end."""
    connection.execute(
        update(Subscription)
        .where(Subscription.id == reader.id, Subscription.paused_until > now)
        .values(paused_until=now, changed_at=now)
    )


def pause_of(connection: Connection, reader: Membership) -> Pause | None:
    """The pause a reader has taken and not been told the end of."""
    row = connection.execute(
        select(Subscription.paused_at, Subscription.paused_until).where(
            Subscription.id == reader.id
        )
    ).one()
    if row.paused_until is None:
        return None
    return Pause(row.paused_at or row.paused_until, row.paused_until)


def take_returned(
    connection: Connection, now: datetime, *, limit: int
) -> list[tuple[Membership, Pause]]:
    """Readers whose pause is over, each once; only who still reads is among them."""
    rows = connection.execute(
        select(Subscription.id, Subscription.paused_at, Subscription.paused_until)
        .where(Subscription.paused_until <= now)
        .order_by(Subscription.paused_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return []
    connection.execute(
        update(Subscription)
        .where(Subscription.id.in_([row.id for row in rows]))
        .values(paused_at=None, paused_until=None)
    )
    found = [
        (membership(connection, row.id), Pause(row.paused_at or row.paused_until, row.paused_until))
        for row in rows
    ]
    return [
        (reader, pause)
        for reader, pause in found
        if reader is not None and reader.status is SubscriptionStatus.ACTIVE
    ]
