"""Who may be mailed, as one condition in SQL: asked at launch, at every batch and every try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from mailer.consent import PERMITTING
from mailer.store.tables import (
    ConsentRecord,
    Purpose,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    Suppression,
)

EVERY_LIST = "*"
Moment = datetime | ColumnElement[datetime]
"""A moment, or the parameter of a statement that is built once."""


def may_be_mailed(list_id: int, list_key: str, now: Moment) -> ColumnElement[bool]:
    """Holds for rows of Subscription joined to Subscriber whose person consents now.

    The ledger itself is asked, not only the status: the newest entry for receiving this list must
    be granted or confirmed, and be the one the subscription names (GDPR 4(11), 6(1)(a), 7(3)).
    """
    newer = aliased(ConsentRecord)
    return and_(
        Subscription.list_id == list_id,
        Subscription.status == SubscriptionStatus.ACTIVE,
        or_(Subscription.paused_until.is_(None), Subscription.paused_until <= now),
        exists(
            select(1).where(
                ConsentRecord.id == Subscription.consent_id,
                ConsentRecord.subject == Subscriber.subject,
                ConsentRecord.list_id == list_id,
                ConsentRecord.purpose == Purpose.RECEIVE,
                ConsentRecord.action.in_(PERMITTING),
            )
        ),
        ~exists(
            select(1).where(
                newer.subject == Subscriber.subject,
                newer.list_id == list_id,
                newer.purpose == Purpose.RECEIVE,
                newer.id > Subscription.consent_id,
            )
        ),
        ~suppressed(list_key),
    )


def suppressed(list_key: str) -> ColumnElement[bool]:
    """Holds for rows of Subscriber whose address is kept out of the list, or of every list."""
    return exists(
        select(1).where(
            Suppression.address_digest == Subscriber.address_digest,
            Suppression.scope.in_((EVERY_LIST, list_key)),
        )
    )


def why_not(
    status: SubscriptionStatus | None, *, newest_permits: bool, is_suppressed: bool, is_paused: bool
) -> str:
    """In a few words, why a person is not mailed; empty where nothing stands against it."""
    reasons: Sequence[tuple[bool, str]] = (
        (status is None, "not subscribed"),
        (is_suppressed, "suppressed"),
        (status is SubscriptionStatus.PENDING, "not confirmed"),
        (status is SubscriptionStatus.UNSUBSCRIBED, "unsubscribed"),
        (status is SubscriptionStatus.SUPPRESSED, "suppressed"),
        (not newest_permits, "no consent"),
        (is_paused, "paused"),
    )
    return next((words for holds, words in reasons if holds), "")
