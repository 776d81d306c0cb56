"""A person's standing with one list, and how what they did about it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from mailer.audience.people import Person, get_person
from mailer.consent import Entry, Proof, record
from mailer.keys import Keys
from mailer.store.tables import (
    Action,
    Channel,
    MailingList,
    Purpose,
    Subscription,
    SubscriptionStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """How a person did something: when, by which way, where, and what shows it."""

    at: datetime
    channel: Channel
    place: str
    ip: str | None = None
    user_agent: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    """What they said about it, if they liked."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's standing with a list, and the ledger entry it rests on."""

    id: int
    person: Person
    list_id: int
    list_key: str
    status: SubscriptionStatus
    consent_id: int


def membership(
    connection: Connection, subscription_id: int, *, locked: bool = False
) -> Membership | None:
    """The subscription of that id; `locked` until the transaction ends, where it will move."""
    return _membership(connection, Subscription.id == subscription_id, locked=locked)


def membership_of(
    connection: Connection, person: Person, list_id: int, *, locked: bool = False
) -> Membership | None:
    """A person's subscription to a list; `locked` until the transaction ends."""
    return _membership(
        connection,
        (Subscription.subscriber_id == person.id) & (Subscription.list_id == list_id),
        locked=locked,
    )


def pending_of(connection: Connection, person: Person) -> list[Membership]:
    """The subscriptions that a person was asked to confirm and has not."""
    waiting = connection.scalars(
        select(Subscription.id)
        .where(
            Subscription.subscriber_id == person.id,
            Subscription.status == SubscriptionStatus.PENDING,
        )
        .order_by(Subscription.id)
    ).all()
    found = [membership(connection, id_) for id_ in waiting]
    return [one for one in found if one is not None]


def write_down(
    connection: Connection,
    keys: Keys,
    person: Person,
    list_id: int,
    action: Action,
    act: Act,
    *,
    wording_id: int | None = None,
    purpose: Purpose = Purpose.RECEIVE,
) -> int:
    """Append a person's word to the ledger; returns its id."""
    return record(
        connection,
        keys,
        Entry(
            subject=person.subject,
            list_id=list_id,
            purpose=purpose,
            action=action,
            channel=act.channel,
            place=act.place,
            stated_at=act.at,
            proof=Proof(
                address=person.address,
                ip=act.ip,
                user_agent=act.user_agent,
                detail=act.detail,
            ),
            wording_id=wording_id,
        ),
        now=act.at,
    )


def _membership(
    connection: Connection, condition: ColumnElement[bool], *, locked: bool
) -> Membership | None:
    query = (
        select(
            Subscription.id,
            Subscription.subscriber_id,
            Subscription.list_id,
            MailingList.key,
            Subscription.status,
            Subscription.consent_id,
        )
        .join(MailingList, MailingList.id == Subscription.list_id)
        .where(condition)
    )
    if locked:
        query = query.with_for_update(of=Subscription)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    person = get_person(connection, row.subscriber_id)
    assert person is not None
    return Membership(row.id, person, row.list_id, row.key, row.status, row.consent_id)
