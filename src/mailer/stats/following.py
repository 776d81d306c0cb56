"""What one reader followed or opened: written only while their newest word permits it.

The ledger is asked at the moment of the act, so that a withdrawal reaches mails already sent (CNIL
2026-042): an old link leads on, an old pixel is the same picture, and no row says who it was. What
a machine fetched (a scanner, a proxy, anything within seconds of the delivery) is no person's act.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from mailer.audience import permits_tracking
from mailer.store import add_to_counts
from mailer.store.tables import (
    Campaign,
    Delivery,
    MailingList,
    PageCount,
    Purpose,
    ReaderClick,
    ReaderOpen,
    ShareLink,
    ShareVisit,
    Subscriber,
)

TOO_SOON = timedelta(seconds=10)
"""Nobody reads that fast; mail gateways do."""

KEPT_FOR = timedelta(days=396)
"""Thirteen months: a year of issues to compare, no longer (GDPR 5(1)(e))."""

Asked = Mapping[str, Collection[str]]
"""By list: what config.toml lets be asked."""


@dataclass(frozen=True, slots=True)
class ReaderAct:
    """Somebody followed link `n` of their copy; opened it, where `n` is 0."""

    campaign: int
    delivery: int
    n: int
    at: datetime
    machine: bool


def record_acts(connection: Connection, acts: Sequence[ReaderAct], asked: Asked) -> None:
    """Write down those of these acts that their readers permit now; forget the others."""
    by_campaign: dict[int, list[ReaderAct]] = defaultdict(list)
    for act in acts:
        by_campaign[act.campaign].append(act)
    for campaign_id in sorted(by_campaign):
        _record(connection, campaign_id, by_campaign[campaign_id], asked)


def _record(
    connection: Connection, campaign_id: int, acts: Sequence[ReaderAct], asked: Asked
) -> None:
    campaign = connection.execute(
        select(Campaign.list_id, MailingList.key, Campaign.issue_id)
        .join(MailingList, MailingList.id == Campaign.list_id)
        .where(Campaign.id == campaign_id)
    ).one_or_none()
    if campaign is None:
        return
    list_id, list_key, issue_id = campaign
    configured = asked.get(list_key, ())
    readers = {
        row.id: row
        for row in connection.execute(
            select(
                Delivery.id,
                Delivery.settled_at,
                permits_tracking(Purpose.CLICKS, list_id, configured).label("clicks"),
                permits_tracking(Purpose.OPENS, list_id, configured).label("opens"),
            )
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(
                Delivery.campaign_id == campaign_id,
                Delivery.id.in_({act.delivery for act in acts}),
            )
        )
    }
    clicks: dict[tuple[int, int], dict[str, Any]] = {}
    opens: dict[int, dict[str, Any]] = {}
    totals: Counter[tuple[Any, bool]] = Counter()
    for act in acts:
        reader = readers.get(act.delivery)
        if reader is None or not (reader.clicks if act.n else reader.opens):
            continue
        settled_at = reader.settled_at
        is_machine = act.machine or settled_at is None or act.at - settled_at < TOO_SOON
        if not act.n:
            totals[act.at.date(), is_machine] += 1
        if is_machine:
            continue
        row = {"campaign_id": campaign_id, "delivery_id": act.delivery, "first_at": act.at}
        if act.n:
            known = clicks.setdefault((act.delivery, act.n), {**row, "n": act.n, "count": 0})
        else:
            known = opens.setdefault(act.delivery, {**row, "count": 0})
        known["count"] += 1
    add_to_counts(connection, ReaderClick, [clicks[key] for key in sorted(clicks)])
    add_to_counts(connection, ReaderOpen, [opens[key] for key in sorted(opens)])
    add_to_counts(
        connection,
        PageCount,
        [
            {"issue_id": issue_id, "page": "open", "day": day, "machine": machine, "count": count}
            for (day, machine), count in sorted(totals.items())
        ],
    )


def record_visits(connection: Connection, visits: Counter[tuple[str, bool]], asked: Asked) -> None:
    """Count visits through readers' own share links, where those readers permit it now."""
    if not visits:
        return
    links = connection.execute(
        select(ShareLink.id, Campaign.list_id, MailingList.key, Subscriber.id)
        .join(Campaign, Campaign.id == ShareLink.campaign_id)
        .join(MailingList, MailingList.id == Campaign.list_id)
        .join(
            Delivery,
            (Delivery.campaign_id == ShareLink.campaign_id)
            & (Delivery.id == ShareLink.delivery_id),
        )
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(ShareLink.id.in_({id_ for id_, _ in visits}))
    ).all()
    permitted = {
        link.id
        for link in links
        if connection.scalar(
            select(permits_tracking(Purpose.FORWARDS, link.list_id, asked.get(link.key, ()))).where(
                Subscriber.id == link[3]
            )
        )
    }
    rows = [
        {"share_id": id_, "machine": machine, "count": visits[id_, machine]}
        for id_, machine in sorted(visits)
        if id_ in permitted
    ]
    add_to_counts(connection, ShareVisit, rows)


def forget_reader(connection: Connection, subscriber_id: int) -> int:
    """Erase what one person followed, opened and passed on (GDPR 17); returns how many rows."""
    erased = 0
    for table in (ReaderClick, ReaderOpen):
        theirs = select(Delivery.id).where(
            Delivery.campaign_id == table.campaign_id,
            Delivery.id == table.delivery_id,
            Delivery.subscriber_id == subscriber_id,
        )
        erased += connection.execute(delete(table).where(theirs.exists())).rowcount
    links = (
        select(ShareLink.id)
        .join(
            Delivery,
            (Delivery.campaign_id == ShareLink.campaign_id)
            & (Delivery.id == ShareLink.delivery_id),
        )
        .where(Delivery.subscriber_id == subscriber_id)
    )
    return (
        erased
        + connection.execute(delete(ShareVisit).where(ShareVisit.share_id.in_(links))).rowcount
    )


def forget_old(connection: Connection, now: datetime) -> int:
    """Erase what is older than is needed; returns how many rows."""
    return sum(
        connection.execute(delete(table).where(table.first_at < now - KEPT_FOR)).rowcount
        for table in (ReaderClick, ReaderOpen)
    )
