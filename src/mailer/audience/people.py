"""Finding and adding lists, subscribers and suppressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, select, update

from mailer.address import Address
from mailer.audience.life import Event, after
from mailer.audience.permission import EVERY_LIST
from mailer.consent import new_subject
from mailer.keys import Keys
from mailer.store import insert_once
from mailer.store.tables import (
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    Suppression,
    SuppressionReason,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber, as other rooms need one."""

    id: int
    subject: str
    address: str
    name: str
    locale: str


def list_id(connection: Connection, key: str) -> int | None:
    """The id of a list, or None before anything happened to it."""
    return connection.scalar(select(MailingList.id).where(MailingList.key == key))


def ensure_list(connection: Connection, key: str) -> int:
    """The id of a list, made on first use. In a writing transaction."""
    found = list_id(connection, key)
    if found is None:
        insert_once(connection, MailingList, {"key": key})
        found = list_id(connection, key)
    assert found is not None
    return found


def find_person(connection: Connection, address: Address, *, locked: bool = False) -> Person | None:
    """Who has that address, however it was written; `locked` until the transaction ends."""
    query = _PERSON.where(Subscriber.address_key == address.key)
    row = connection.execute(query.with_for_update() if locked else query).one_or_none()
    return _person(row)


def get_person(connection: Connection, subscriber_id: int) -> Person | None:
    """The subscriber of that id."""
    return _person(connection.execute(_PERSON.where(Subscriber.id == subscriber_id)).one_or_none())


def add_person(
    connection: Connection, keys: Keys, address: Address, name: str, locale: str, *, now: datetime
) -> Person:
    """A new subscriber with a random subject id, or the one somebody else added meanwhile."""
    insert_once(
        connection,
        Subscriber,
        {
            "subject": new_subject(),
            "address": str(address),
            "address_key": address.key,
            "address_digest": keys.address_digest(address.key),
            "name": name,
            "locale": locale,
            "timezone": None,
            "attributes": {},
            "created_at": now,
            "updated_at": now,
        },
    )
    person = find_person(connection, address, locked=True)
    assert person is not None
    return person


def change_locale(connection: Connection, subscriber_id: int, locale: str, now: datetime) -> None:
    """Remember the language a reader chose."""
    connection.execute(
        update(Subscriber)
        .where(Subscriber.id == subscriber_id)
        .values(locale=locale, updated_at=now)
    )


def suppress(
    connection: Connection,
    keys: Keys,
    address: Address,
    scope: str,
    reason: SuppressionReason,
    *,
    detail: str = "",
    now: datetime,
) -> None:
    """Keep an address out of a list, or of every list, from now on; twice is once."""
    digest = keys.address_digest(address.key)
    insert_once(
        connection,
        Suppression,
        {
            "address_digest": digest,
            "scope": scope,
            "reason": reason,
            "detail": detail,
            "created_at": now,
        },
    )


def shut_out(connection: Connection, subscriber_id: int, now: datetime) -> None:
    """Mark the subscriptions of somebody whose address is suppressed for every list."""
    for status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING):
        connection.execute(
            update(Subscription)
            .where(Subscription.subscriber_id == subscriber_id, Subscription.status == status)
            .values(status=after(status, Event.SUPPRESSED), changed_at=now)
        )


def lift_suppression(connection: Connection, keys: Keys, address: Address, list_key: str) -> None:
    """Let an address in again: only ever called for its owner's own confirmed sign-up."""
    connection.execute(
        delete(Suppression).where(
            Suppression.address_digest == keys.address_digest(address.key),
            Suppression.scope.in_((EVERY_LIST, list_key)),
        )
    )


_PERSON = select(
    Subscriber.id, Subscriber.subject, Subscriber.address, Subscriber.name, Subscriber.locale
)


def _person(row: Row[int, str, str, str, str] | None) -> Person | None:
    return None if row is None else Person(*row)
