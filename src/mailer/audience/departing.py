"""Many leave a list at once: one statement for all of them, an entry in the ledger for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row, bindparam, select, update

from mailer.audience.life import Event, after
from mailer.audience.membership import Act
from mailer.audience.tracking import TRACKING
from mailer.consent import REFUSING, Entry, Proof, newest_action, record_many
from mailer.keys import Keys
from mailer.store.tables import (
    Action,
    ConsentRecord,
    Purpose,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)

Standing = Row[int, int, SubscriptionStatus, int, str, str]
"""Subscription, subscriber, status, list, subject and address."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody leaves a list."""

    subscriber_id: int
    list_id: int
    act: Act


def leave_all(connection: Connection, keys: Keys, departures: Sequence[Departure]) -> int:
    """Withdraw for all of these, at once (GDPR 7(3)); returns how many had not left before.

    What `leave` does for one: again, or for who is not there, it changes nothing.
    """
    by_list: dict[int, dict[int, Departure]] = defaultdict(dict)
    for departure in departures:
        by_list[departure.list_id].setdefault(departure.subscriber_id, departure)
    return sum(
        _leave(connection, keys, list_id, by_list[list_id].values()) for list_id in sorted(by_list)
    )


def _leave(
    connection: Connection, keys: Keys, list_id: int, departures: Iterable[Departure]
) -> int:
    acts = {departure.subscriber_id: departure.act for departure in departures}
    staying = [row for row in _locked(connection, list_id, acts) if not _has_left(connection, row)]
    if not staying:
        return 0
    now = max(act.at for act in acts.values())
    entries = [_withdrawal(list_id, row, acts[row.subscriber_id]) for row in staying]
    consents = record_many(connection, keys, entries, now=now)
    # Who leaves is tracked no more, also in mails already sent (CNIL 2026-042).
    tracked = _tracked(connection, list_id, [row.subject for row in staying])
    untracking = [
        replace(entry, purpose=purpose)
        for entry in entries
        for purpose in sorted(tracked[entry.subject])
    ]
    record_many(connection, keys, untracking, now=now)
    connection.execute(
        _MOVED,
        [
            {
                "subscription": row.id,
                "status": after(row.status, Event.LEFT),
                "consent": consent,
                "now": now,
            }
            for row, consent in zip(staying, consents, strict=True)
        ],
    )
    return len(staying)


def _withdrawal(list_id: int, row: Standing, act: Act) -> Entry:
    return Entry(
        subject=row.subject,
        list_id=list_id,
        action=Action.WITHDRAWN,
        channel=act.channel,
        place=act.place,
        stated_at=act.at,
        proof=Proof(address=row.address, ip=act.ip, user_agent=act.user_agent),
    )


def _tracked(
    connection: Connection, list_id: int, subjects: Sequence[str]
) -> dict[str, set[Purpose]]:
    """By subject, the purposes whose newest word is not a no."""
    rows = connection.execute(
        select(ConsentRecord.subject, ConsentRecord.purpose, ConsentRecord.action)
        .where(
            ConsentRecord.subject.in_(subjects),
            ConsentRecord.list_id == list_id,
            ConsentRecord.purpose.in_(TRACKING),
        )
        .order_by(ConsentRecord.id)
    )
    standing: dict[str, set[Purpose]] = defaultdict(set)
    for subject, purpose, action in rows:
        if action in REFUSING:
            standing[subject].discard(purpose)
        else:
            standing[subject].add(purpose)
    return standing


def _locked(connection: Connection, list_id: int, subscribers: Iterable[int]) -> Sequence[Standing]:
    """Where they stand, until the transaction ends; in one order, so that two never deadlock."""
    return connection.execute(
        select(
            Subscription.id,
            Subscription.subscriber_id,
            Subscription.status,
            Subscription.list_id,
            Subscriber.subject,
            Subscriber.address,
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.list_id == list_id, Subscription.subscriber_id.in_(list(subscribers)))
        .order_by(Subscription.id)
        .with_for_update(of=Subscription)
    ).all()


def _has_left(connection: Connection, row: Standing) -> bool:
    """Whether they said so themselves; whom the operator took off can still do that."""
    if row.status is not SubscriptionStatus.UNSUBSCRIBED:
        return False
    newest = newest_action(connection, row.subject, row.list_id)
    return newest is not None and newest[1] in REFUSING


_MOVED = (
    update(Subscription)
    .where(Subscription.id == bindparam("subscription"))
    .values(
        status=bindparam("status"), consent_id=bindparam("consent"), changed_at=bindparam("now")
    )
)
