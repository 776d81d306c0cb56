"""Why a person is mailed today, or why not: list by list, by the very condition that sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from mailer.address import Address
from mailer.audience.permission import EVERY_LIST, may_be_mailed, why_not
from mailer.consent import PERMITTING, newest_action
from mailer.keys import Keys
from mailer.store.tables import (
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    Suppression,
    SuppressionReason,
)


@dataclass(frozen=True, slots=True)
class Why:
    """A person's standing with a list today."""

    list_key: str
    status: SubscriptionStatus
    is_mailed: bool
    why_not: str
    """Empty where mail may go."""
    consent_id: int
    """The ledger entry it rests on."""


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A suppression of an address."""

    scope: str
    """A list's key, or «*» for every list."""
    reason: SuppressionReason
    since: datetime


def explain(connection: Connection, address: Address, now: datetime) -> list[Why]:
    """Whether mail may go to that address today, for each list it has to do with."""
    rows = connection.execute(
        select(
            Subscription.id,
            Subscription.list_id,
            MailingList.key,
            Subscription.status,
            Subscription.consent_id,
            Subscription.paused_until,
            Subscriber.subject,
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .join(MailingList, MailingList.id == Subscription.list_id)
        .where(Subscriber.address_key == address.key)
        .order_by(MailingList.key)
    )
    found = []
    for id_, list_id, key, status, consent_id, paused_until, subject in rows:
        may = connection.scalar(
            select(Subscription.id)
            .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
            .where(and_(Subscription.id == id_, may_be_mailed(list_id, key, now)))
        )
        newest = newest_action(connection, subject, list_id)
        reason = why_not(
            status,
            newest_permits=newest is not None and newest[1] in PERMITTING,
            is_suppressed=_is_suppressed(connection, subject, key),
            is_paused=paused_until is not None and paused_until > now,
        )
        found.append(Why(key, status, may is not None, reason, consent_id))
    return found


def kept_out(connection: Connection, keys: Keys, address: Address) -> list[KeptOut]:
    """The suppressions of an address; they are found though they hold no address."""
    rows = connection.execute(
        select(Suppression.scope, Suppression.reason, Suppression.created_at)
        .where(Suppression.address_digest == keys.address_digest(address.key))
        .order_by(Suppression.id)
    )
    return [KeptOut(*row) for row in rows]


def _is_suppressed(connection: Connection, subject: str, list_key: str) -> bool:
    return (
        connection.scalar(
            select(Suppression.id)
            .join(Subscriber, Subscriber.address_digest == Suppression.address_digest)
            .where(
                Subscriber.subject == subject,
                or_(Suppression.scope == EVERY_LIST, Suppression.scope == list_key),
            )
            .limit(1)
        )
        is not None
    )
