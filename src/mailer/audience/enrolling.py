"""Many people at once: how they stand with a list, taking them in, and moving them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailer.address import Address
from mailer.audience.permission import EVERY_LIST
from mailer.consent import new_subject
from mailer.keys import Keys
from mailer.store.tables import (
    Action,
    Channel,
    ConsentRecord,
    Purpose,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    Suppression,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A person we do not know yet."""

    address: Address
    name: str
    locale: str
    timezone: str | None
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Word:
    """A person's newest word about receiving a list, by the ledger's order."""

    action: Action
    channel: Channel
    stated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one address stands with one list."""

    person_id: int | None = None
    subject: str = ""
    status: SubscriptionStatus | None = None
    newest: Word | None = None
    suppressed: bool = False
    """Kept out of this list, or of every list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a person stands from now on, and the ledger entry that this rests on."""

    person_id: int
    is_new: bool
    status: SubscriptionStatus
    consent_id: int


def suppressed_among(
    connection: Connection, digests: Collection[str], list_key: str
) -> frozenset[str]:
    """Those of these address digests that are kept out of the list, or of every list."""
    return frozenset(
        connection.scalars(
            select(Suppression.address_digest).where(
                Suppression.address_digest.in_(digests),
                Suppression.scope.in_((EVERY_LIST, list_key)),
            )
        )
    )


def known_among(connection: Connection, address_keys: Collection[str]) -> frozenset[str]:
    """Those of these address keys that belong to a subscriber."""
    return frozenset(
        connection.scalars(
            select(Subscriber.address_key).where(Subscriber.address_key.in_(address_keys))
        )
    )


def take_in(
    connection: Connection, keys: Keys, newcomers: Sequence[Newcomer], *, now: datetime
) -> None:
    """Add these people, each with a random subject id; whom somebody else added stays as is."""
    if not newcomers:
        return
    is_sqlite = connection.dialect.name == "sqlite"
    once = sqlite.insert(Subscriber) if is_sqlite else postgresql.insert(Subscriber)
    connection.execute(
        once.on_conflict_do_nothing(),
        # In one order everywhere, so that two imports wait for each other instead of deadlocking.
        sorted(
            (_row(keys, newcomer, now) for newcomer in newcomers),
            key=lambda row: str(row["address_key"]),
        ),
    )


def standings(
    connection: Connection,
    list_id: int | None,
    address_keys: Collection[str],
    *,
    locked: bool = False,
) -> dict[str, Standing]:
    """How the known ones among these addresses stand with the list, by address key.

    `locked`: nobody else moves these people until the transaction ends. Suppression is not looked
    up here. A `list_id` of None is a list that nothing has happened to.
    """
    query = (
        select(Subscriber.id, Subscriber.subject, Subscriber.address_key)
        .where(Subscriber.address_key.in_(address_keys))
        .order_by(Subscriber.id)
    )
    people = connection.execute(query.with_for_update() if locked else query).all()
    statuses = _statuses(connection, list_id, [person.id for person in people], locked=locked)
    words = _newest_words(connection, list_id, [person.subject for person in people])
    return {
        person.address_key: Standing(
            person_id=person.id,
            subject=person.subject,
            status=statuses.get(person.id),
            newest=words.get(person.subject),
        )
        for person in people
    }


def move_all(connection: Connection, list_id: int, moves: Sequence[Move], *, now: datetime) -> None:
    """Write where these people stand from now on; each stands in `moves` once."""
    rows = [
        {
            "person": move.person_id,
            "list": list_id,
            "status": move.status,
            "consent": move.consent_id,
            "now": now,
        }
        for move in moves
        if not move.is_new
    ]
    if rows:
        connection.execute(_MOVED, rows)
    added = [
        {
            "subscriber_id": move.person_id,
            "list_id": list_id,
            "status": move.status,
            "consent_id": move.consent_id,
            "share_id": None,
            "paused_at": None,
            "paused_until": None,
            "created_at": now,
            "changed_at": now,
        }
        for move in moves
        if move.is_new
    ]
    if added:
        connection.execute(insert(Subscription), added)


_MOVED = (
    update(Subscription)
    .where(
        Subscription.subscriber_id == bindparam("person"),
        Subscription.list_id == bindparam("list"),
    )
    .values(
        status=bindparam("status"), consent_id=bindparam("consent"), changed_at=bindparam("now")
    )
)


def _row(keys: Keys, newcomer: Newcomer, now: datetime) -> dict[str, Any]:
    key = newcomer.address.key
    return {
        "subject": new_subject(),
        "address": str(newcomer.address),
        "address_key": key,
        "address_digest": keys.address_digest(key),
        "name": newcomer.name,
        "locale": newcomer.locale,
        "timezone": newcomer.timezone,
        "attributes": dict(newcomer.attributes),
        "created_at": now,
        "updated_at": now,
    }


def _statuses(
    connection: Connection, list_id: int | None, people: Sequence[int], *, locked: bool
) -> dict[int, SubscriptionStatus]:
    if list_id is None or not people:
        return {}
    query = (
        select(Subscription.subscriber_id, Subscription.status)
        .where(Subscription.list_id == list_id, Subscription.subscriber_id.in_(people))
        .order_by(Subscription.id)
    )
    rows = connection.execute(query.with_for_update() if locked else query)
    return {row.subscriber_id: row.status for row in rows}


def _newest_words(
    connection: Connection, list_id: int | None, subjects: Sequence[str]
) -> dict[str, Word]:
    if list_id is None or not subjects:
        return {}
    newest = (
        select(func.max(ConsentRecord.id))
        .where(
            ConsentRecord.subject.in_(subjects),
            ConsentRecord.list_id == list_id,
            ConsentRecord.purpose == Purpose.RECEIVE,
        )
        .group_by(ConsentRecord.subject)
    )
    rows = connection.execute(
        select(
            ConsentRecord.subject,
            ConsentRecord.action,
            ConsentRecord.channel,
            ConsentRecord.stated_at,
        ).where(ConsentRecord.id.in_(newest))
    )
    return {row.subject: Word(row.action, row.channel, row.stated_at) for row in rows}
