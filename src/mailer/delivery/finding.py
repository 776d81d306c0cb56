"""What is there to be sent, whoever launched it: asked of the database, cheaply and often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, select

from mailer.store.tables import (
    Batch,
    BatchState,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    MailingList,
)


def due_campaigns(connection: Connection, lists: Sequence[str], now: datetime) -> list[int]:
    """The campaigns of these lists that have a batch to take, oldest first."""
    waits = exists(
        select(1).where(
            Batch.campaign_id == Campaign.id,
            Batch.state == BatchState.WAITING,
            Batch.due_at <= now,
        )
    )
    return _sending(connection, lists, waits)


def campaigns_with_due_retries(
    connection: Connection, lists: Sequence[str], now: datetime
) -> list[int]:
    """The campaigns of these lists with deferred deliveries whose time has come."""
    fell_due = exists(
        select(1).where(
            Delivery.campaign_id == Campaign.id,
            Delivery.state == DeliveryState.DEFERRED,
            Delivery.due_at <= now,
        )
    )
    return _sending(connection, lists, fell_due)


def drained_campaigns(connection: Connection, lists: Sequence[str]) -> list[int]:
    """The campaigns of these lists of which nothing seems left to do: to be closed."""
    open_batch = exists(
        select(1).where(Batch.campaign_id == Campaign.id, Batch.state != BatchState.DONE)
    )
    deferred = exists(
        select(1).where(
            Delivery.campaign_id == Campaign.id, Delivery.state == DeliveryState.DEFERRED
        )
    )
    return _sending(connection, lists, and_(~open_batch, ~deferred))


def _sending(
    connection: Connection, lists: Sequence[str], condition: ColumnElement[bool]
) -> list[int]:
    query = (
        select(Campaign.id)
        .join(MailingList, MailingList.id == Campaign.list_id)
        .where(Campaign.state == CampaignState.SENDING, MailingList.key.in_(lists), condition)
        .order_by(Campaign.id)
    )
    return list(connection.scalars(query))
