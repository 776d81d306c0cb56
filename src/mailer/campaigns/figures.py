"""What stands in the database about a campaign: its sum, its audience, why people are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, case, func, select

from mailer.audience import may_be_mailed, suppressed
from mailer.store.tables import (
    Delivery,
    DeliveryState,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)


@dataclass(frozen=True, slots=True)
class Sum:
    """The deliveries of a campaign by state; they add up to the audience."""

    by_state: Mapping[DeliveryState, int]
    doubts: int
    """How many messages ever were in doubt: sent again, or held."""

    @property
    def audience(self) -> int:
        """Everybody the campaign has a delivery for."""
        return sum(self.by_state.values())

    def __getitem__(self, state: DeliveryState) -> int:
        return self.by_state.get(state, 0)


def sum_of(connection: Connection, campaign_id: int) -> Sum:
    """The sum of a campaign as it stands."""
    rows = connection.execute(
        select(Delivery.state, func.count(), func.sum(Delivery.doubts))
        .where(Delivery.campaign_id == campaign_id)
        .group_by(Delivery.state)
    ).all()
    return Sum(
        {state: count for state, count, _ in rows}, sum(int(doubts) for _, _, doubts in rows)
    )


def count_readers(connection: Connection, list_id: int, list_key: str, now: datetime) -> int:
    """How many people a launch would mail now."""
    query = (
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(may_be_mailed(list_id, list_key, now))
    )
    return connection.scalars(query).one()


def left_out(connection: Connection, list_id: int, list_key: str, now: datetime) -> dict[str, int]:
    """How many people of a list are not mailed now, by reason."""
    rows = connection.execute(_reasons(list_id, list_key, now))
    return dict(rows.all())


def _reasons(list_id: int, list_key: str, now: datetime) -> Select[str, int]:
    status = Subscription.status
    reason = case(
        (suppressed(list_key), "suppressed"),
        (status == SubscriptionStatus.PENDING, "not confirmed"),
        (status == SubscriptionStatus.UNSUBSCRIBED, "unsubscribed"),
        (status == SubscriptionStatus.SUPPRESSED, "suppressed"),
        (Subscription.paused_until > now, "paused"),
        else_="no consent",
    )
    return (
        select(reason, func.count())
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.list_id == list_id, ~may_be_mailed(list_id, list_key, now))
        .group_by(reason)
    )


def skipped_because(connection: Connection, campaign_id: int) -> dict[str, int]:
    """Readers skipped after the launch, by reason."""
    rows = connection.execute(
        select(Delivery.reply, func.count())
        .where(Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.SKIPPED)
        .group_by(Delivery.reply)
    )
    return {reason or "": count for reason, count in rows}
