"""Taking batches: one worker at a time has one, and consent is asked again as it is taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from secrets import token_urlsafe
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from mailer.audience import Moment, may_be_mailed, suppressed
from mailer.campaigns import (
    CampaignEvent,
    DeliveryEvent,
    FrozenCampaign,
    campaign_after,
    delivery_after,
    share_ids,
    tracked_among,
)
from mailer.store import UtcDateTime, all_at_once
from mailer.store.tables import (
    Batch,
    BatchState,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Purpose,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)

TAKEN = delivery_after(DeliveryState.PENDING, DeliveryEvent.TAKEN)
SKIPPED = delivery_after(DeliveryState.PENDING, DeliveryEvent.SKIPPED)
RELEASED = delivery_after(DeliveryState.TAKEN, DeliveryEvent.RELEASED)
DUE = delivery_after(DeliveryState.DEFERRED, DeliveryEvent.FELL_DUE)


class Recipient(NamedTuple):
    """One reader of a batch, with all that a message needs to know of them."""

    delivery_id: int
    attempts: int
    doubts: int
    address: str
    name: str
    locale: str
    attributes: Mapping[str, Any]
    tracked: frozenset[Purpose] = frozenset()
    """What they let us tie to them now."""
    share_id: str | None = None
    """A share link of their own, where they agreed to that."""


@dataclass(frozen=True, slots=True)
class TakenBatch:
    """A batch that is ours until it is done or given back."""

    number: int
    recipients: tuple[Recipient, ...]
    skipped: int


def take_batch(
    connection: Connection,
    campaign: FrozenCampaign,
    worker: str,
    now: datetime,
    *,
    tracking: Collection[str] = (),
) -> TakenBatch | None:
    """The next batch that waits, now ours, or None.

    Who withdrew, was suppressed or paused since the launch is skipped here (GDPR 7(3)). `tracking`
    is what the list asks for in config.toml.
    """
    mine = {"campaign": campaign.id, "now": now}
    number = connection.scalar(_NEXT, mine)
    if number is None:
        return None
    taking = {**mine, "batch": number, "worker": worker}
    first, last = connection.execute(_TAKE, taking).one()
    within = {**mine, "first": first, "last": last}
    skipped = connection.execute(_skip_who_left(campaign.list_id, campaign.list_key), within)
    connection.execute(_MARK, within)
    rows = all_at_once(connection, _READ, within)
    recipients = [Recipient._make((*row, frozenset(), None)) for row in rows]
    if tracking:
        recipients = _with_tracking(connection, campaign, recipients, tracking, now)
    return TakenBatch(number, tuple(recipients), skipped.rowcount)


def _with_tracking(
    connection: Connection,
    campaign: FrozenCampaign,
    recipients: Sequence[Recipient],
    tracking: Collection[str],
    now: datetime,
) -> list[Recipient]:
    deliveries = [one.delivery_id for one in recipients]
    tracked = tracked_among(connection, campaign, deliveries, tracking)
    passing_on = [id_ for id_ in deliveries if Purpose.FORWARDS in tracked.get(id_, ())]
    shares = share_ids(connection, campaign, passing_on, new_id=partial(token_urlsafe, 12), now=now)
    return [
        one._replace(
            tracked=tracked.get(one.delivery_id, frozenset()),
            share_id=shares.get(one.delivery_id),
        )
        for one in recipients
    ]


@lru_cache(maxsize=64)
def _skip_who_left(list_id: int, list_key: str) -> Update:
    allowed, reason = _allowed(list_id, list_key, _NOW), _reason(list_id, list_key, _NOW)
    return (
        update(Delivery)
        .where(_WITHIN, Delivery.state == DeliveryState.PENDING, ~allowed)
        .values(state=SKIPPED, settled_at=_NOW, reply=reason)
    )


def who_left(
    connection: Connection, campaign: FrozenCampaign, deliveries: Sequence[int], now: datetime
) -> dict[int, str]:
    """Those of a worker's deliveries whose readers may not be mailed any more, and why."""
    which = campaign.list_id, campaign.list_key, now
    rows = connection.execute(
        select(Delivery.id, _reason(*which)).where(
            Delivery.campaign_id == campaign.id,
            Delivery.id.in_(deliveries),
            ~_allowed(*which),
        )
    )
    return dict(rows.all())


def _allowed(list_id: int, list_key: str, now: Moment) -> ColumnElement[bool]:
    return exists(
        select(1)
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.subscriber_id == Delivery.subscriber_id,
            may_be_mailed(list_id, list_key, now),
        )
        .correlate(Delivery)
    )


def _reason(list_id: int, list_key: str, now: Moment) -> ColumnElement[str]:
    reason = (
        select(
            case(
                (suppressed(list_key), "suppressed"),
                (Subscription.status != SubscriptionStatus.ACTIVE, "unsubscribed"),
                (Subscription.paused_until > now, "paused"),
                else_="no consent",
            )
        )
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.subscriber_id == Delivery.subscriber_id,
            Subscription.list_id == list_id,
        )
        .correlate(Delivery)
        .scalar_subquery()
    )
    return func.coalesce(reason, "erased")


def finish_batch(connection: Connection, campaign_id: int, number: int) -> None:
    """Put a batch down once none of its deliveries is on its way.

    It is done, unless some of them became pending again meanwhile: due, or retried by a person.
    """
    # Whoever makes deliveries pending again locks the campaign, looks for batches that are done
    # and leaves alone those that are taken: the two must not look past each other.
    _lock(connection, campaign_id, shared=True)
    connection.execute(
        update(Batch)
        .where(Batch.campaign_id == campaign_id, Batch.number == number)
        .values(
            state=case((_pending_in_batch(), BatchState.WAITING), else_=BatchState.DONE),
            taken_by=None,
            taken_at=None,
        )
    )


def batches_of(connection: Connection, worker: str) -> list[tuple[int, int, int]]:
    """Campaign, first and last delivery of each batch that a worker has taken."""
    rows = connection.execute(
        select(Batch.campaign_id, Batch.first_id, Batch.last_id).where(Batch.taken_by == worker)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def give_back(connection: Connection, worker: str) -> set[int]:
    """Release what a worker took and did not send; returns the campaigns it was of."""
    batches = batches_of(connection, worker)
    for campaign_id, first, last in batches:
        connection.execute(
            update(Delivery)
            .where(
                Delivery.campaign_id == campaign_id,
                Delivery.id.between(first, last),
                Delivery.state == DeliveryState.TAKEN,
            )
            .values(state=RELEASED)
        )
    connection.execute(
        update(Batch)
        .where(Batch.taken_by == worker)
        .values(state=BatchState.WAITING, taken_by=None, taken_at=None)
    )
    return {campaign_id for campaign_id, _, _ in batches}


def reopen_due(connection: Connection, campaign_id: int, now: datetime) -> int:
    """Make deferred deliveries whose time has come pending again, in their old batches."""
    _lock(connection, campaign_id)
    due = connection.execute(
        update(Delivery)
        .where(
            Delivery.campaign_id == campaign_id,
            Delivery.state == DeliveryState.DEFERRED,
            Delivery.due_at <= now,
        )
        .values(state=DUE, due_at=None)
    ).rowcount
    if due:
        connection.execute(
            update(Batch)
            .where(
                Batch.campaign_id == campaign_id,
                Batch.state == BatchState.DONE,
                _pending_in_batch(),
            )
            .values(state=BatchState.WAITING)
        )
    return due


def has_waiting(connection: Connection, campaign_id: int, now: datetime) -> bool:
    """Whether a batch of a campaign that goes on can be taken: one for a later zone cannot yet."""
    return bool(
        connection.scalar(
            select(
                exists(
                    select(1)
                    .select_from(Batch)
                    .join(Campaign, Campaign.id == Batch.campaign_id)
                    .where(
                        Batch.campaign_id == campaign_id,
                        Batch.state == BatchState.WAITING,
                        Batch.due_at <= now,
                        Campaign.state == CampaignState.SENDING,
                    )
                )
            )
        )
    )


def next_due(connection: Connection, campaign_id: int) -> datetime | None:
    """When the next deferred delivery is tried again."""
    return connection.scalar(
        select(func.min(Delivery.due_at)).where(
            Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.DEFERRED
        )
    )


def close_if_drained(connection: Connection, campaign_id: int, now: datetime) -> bool:
    """Mark a campaign finished when nothing of it is left to do; returns whether it is."""
    # Locked before it is looked at: a launch that adds readers meanwhile is waited for and seen.
    _lock(connection, campaign_id)
    open_ = exists(
        select(1).where(
            Delivery.campaign_id == campaign_id,
            or_(
                Delivery.state == DeliveryState.PENDING,
                Delivery.state == DeliveryState.TAKEN,
                Delivery.state == DeliveryState.DEFERRED,
            ),
        )
    )
    result = connection.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state == CampaignState.SENDING, ~open_)
        .values(state=campaign_after(CampaignState.SENDING, CampaignEvent.DRAINED), finished_at=now)
    )
    return result.rowcount == 1


def _pending_in_batch() -> ColumnElement[bool]:
    return exists(
        select(1).where(
            Delivery.campaign_id == Batch.campaign_id,
            Delivery.id.between(Batch.first_id, Batch.last_id),
            Delivery.state == DeliveryState.PENDING,
        )
    )


def _lock(connection: Connection, campaign_id: int, *, shared: bool = False) -> None:
    """Hold a campaign until the transaction ends; SQLite's writers are alone anyway."""
    connection.execute(
        select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(read=shared)
    )


# Built once: SQLAlchemy takes longer to put such statements together than a database to answer.
_NOW = bindparam("now", type_=UtcDateTime)
_MINE = Batch.campaign_id == bindparam("campaign")
_WITHIN = and_(
    Delivery.campaign_id == bindparam("campaign"),
    Delivery.id.between(bindparam("first"), bindparam("last")),
)
_NEXT = (
    select(Batch.number)
    .join(Campaign, Campaign.id == Batch.campaign_id)
    .where(
        _MINE,
        Batch.state == BatchState.WAITING,
        Batch.due_at <= _NOW,
        Campaign.state == CampaignState.SENDING,
    )
    .order_by(Batch.number)
    .limit(1)
    .with_for_update(of=Batch, skip_locked=True)
)
_TAKE = (
    update(Batch)
    .where(_MINE, Batch.number == bindparam("batch"))
    .values(state=BatchState.TAKEN, taken_by=bindparam("worker"), taken_at=_NOW)
    .returning(Batch.first_id, Batch.last_id)
)
_MARK = update(Delivery).where(_WITHIN, Delivery.state == DeliveryState.PENDING).values(state=TAKEN)
_READ = (
    select(
        Delivery.id,
        Delivery.attempts,
        Delivery.doubts,
        Subscriber.address,
        Subscriber.name,
        Subscriber.locale,
        Subscriber.attributes,
    )
    .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
    .where(_WITHIN, Delivery.state == TAKEN)
)
