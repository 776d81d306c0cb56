"""The reader's own time zone: the same time of day for each, one place after another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Connection, select

from mailer.campaigns import DueIn
from mailer.scheduling.rules import ScheduledTime, moment
from mailer.store.tables import Subscriber, Subscription, SubscriptionStatus


def reader_zones(connection: Connection, list_id: int | None) -> frozenset[str]:
    """The time zones of a list's active readers, as far as they told us."""
    return frozenset(
        connection.scalars(
            select(Subscriber.timezone)
            .join(Subscription, Subscription.subscriber_id == Subscriber.id)
            .where(
                Subscription.list_id == list_id,
                Subscription.status == SubscriptionStatus.ACTIVE,
                Subscriber.timezone.is_not(None),
            )
            .distinct()
        )
    )


def due_in(time: ScheduledTime) -> DueIn:
    """When it is that time of day in a zone; where it is unknown, the schedule's own."""

    def due(zone: str | None) -> datetime:
        known = zone is not None and zone in available_timezones()
        return moment(time.day, time.clock, ZoneInfo(zone)) if known and zone else time.at

    return due


def opening(time: ScheduledTime, zones: Collection[str]) -> datetime:
    """When the first reader's copy is due: then the issue is frozen and cannot be held."""
    due = due_in(time)
    return min([time.at, *(due(zone) for zone in zones)])
