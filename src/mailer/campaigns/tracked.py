"""Whose copy may tell us what: asked of the ledger as a batch is taken, never for the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from mailer.audience import TRACKING, permits_tracking
from mailer.campaigns.frozen import FrozenCampaign
from mailer.store.tables import Delivery, Purpose, ShareLink, Subscriber

NOTHING: frozenset[Purpose] = frozenset()


def tracked_among(
    connection: Connection,
    campaign: FrozenCampaign,
    deliveries: Sequence[int],
    configured: Collection[str],
) -> dict[int, frozenset[Purpose]]:
    """Of these deliveries, those whose readers let something be tied to them, and what.

    `configured`: what the list asks for, by its `tracking` in config.toml.
    """
    if not configured or not deliveries:
        return {}
    conditions = [permits_tracking(purpose, campaign.list_id, configured) for purpose in TRACKING]
    rows = connection.execute(
        select(Delivery.id, *conditions)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(
            Delivery.campaign_id == campaign.id,
            Delivery.id.between(min(deliveries), max(deliveries)),
        )
    )
    found = {
        id_: frozenset(purpose for purpose, holds in zip(TRACKING, words, strict=True) if holds)
        for id_, *words in rows
    }
    return {id_: found[id_] for id_ in deliveries if found.get(id_)}


def share_ids(
    connection: Connection,
    campaign: FrozenCampaign,
    deliveries: Sequence[int],
    *,
    new_id: Callable[[], str],
    now: datetime,
) -> dict[int, str]:
    """A share link of its own for each of these deliveries; the same on every try."""
    if not deliveries:
        return {}
    rows = connection.execute(
        select(ShareLink.delivery_id, ShareLink.id).where(
            ShareLink.campaign_id == campaign.id, ShareLink.delivery_id.in_(deliveries)
        )
    )
    known = {delivery: id_ for delivery, id_ in rows if delivery is not None}
    added = {delivery: new_id() for delivery in deliveries if delivery not in known}
    if added:
        connection.execute(
            insert(ShareLink),
            [
                {
                    "id": id_,
                    "issue_id": campaign.issue_id,
                    "campaign_id": campaign.id,
                    "delivery_id": delivery,
                    "created_at": now,
                }
                for delivery, id_ in added.items()
            ],
        )
    return known | added
