"""Reading back what a launch froze."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select

from mailer.store.tables import (
    Campaign,
    CampaignMail,
    CampaignState,
    Delivery,
    IssueRow,
    LinkRow,
    MailingList,
    ShareLink,
)


@dataclass(frozen=True, slots=True)
class FrozenCampaign:
    """A campaign as it was frozen."""

    id: int
    list_id: int
    list_key: str
    issue_id: int
    number: int
    slug: str
    state: CampaignState
    frame: Mapping[str, Any]
    mails: Mapping[str, str]
    share_id: str
    launched_at: datetime


def frozen_campaign(connection: Connection, campaign_id: int) -> FrozenCampaign | None:
    """The campaign of that id."""
    row = connection.execute(
        select(
            Campaign.list_id,
            MailingList.key,
            Campaign.issue_id,
            IssueRow.number,
            IssueRow.slug,
            Campaign.state,
            Campaign.frame,
            Campaign.launched_at,
        )
        .join(MailingList, MailingList.id == Campaign.list_id)
        .join(IssueRow, IssueRow.id == Campaign.issue_id)
        .where(Campaign.id == campaign_id)
    ).one_or_none()
    if row is None:
        return None
    mails = connection.execute(
        select(CampaignMail.locale, CampaignMail.mail).where(
            CampaignMail.campaign_id == campaign_id
        )
    )
    return FrozenCampaign(
        id=campaign_id,
        list_id=row.list_id,
        list_key=row.key,
        issue_id=row.issue_id,
        number=row.number,
        slug=row.slug,
        state=row.state,
        frame=row.frame,
        mails=dict(mails.all()),
        share_id=share_id_of(connection, row.issue_id),
        launched_at=row.launched_at,
    )


def share_id_of(connection: Connection, issue_id: int) -> str:
    """The share link that every copy of an issue carries."""
    return connection.scalars(
        select(ShareLink.id).where(ShareLink.issue_id == issue_id, ShareLink.delivery_id.is_(None))
    ).one()


def issue_of_slug(connection: Connection, slug: str) -> int | None:
    """The issue of that name in URLs; None before its first test copy or its launch."""
    return connection.scalar(select(IssueRow.id).where(IssueRow.slug == slug))


def latest_share_id(connection: Connection, list_key: str) -> str | None:
    """The share link of the issue that a list sent last; None before its first."""
    return connection.scalar(
        select(ShareLink.id)
        .join(Campaign, Campaign.issue_id == ShareLink.issue_id)
        .join(MailingList, MailingList.id == Campaign.list_id)
        .where(MailingList.key == list_key, ShareLink.delivery_id.is_(None))
        .order_by(Campaign.launched_at.desc(), Campaign.id.desc())
        .limit(1)
    )


def campaign_of_issue(connection: Connection, issue_id: int) -> int | None:
    """The campaign that sent an issue."""
    return connection.scalar(select(Campaign.id).where(Campaign.issue_id == issue_id))


def issue_of_campaign(connection: Connection, campaign_id: int) -> int | None:
    """The issue that a campaign sent."""
    return connection.scalar(select(Campaign.issue_id).where(Campaign.id == campaign_id))


@dataclass(frozen=True, slots=True)
class Missed:
    """An issue that went out while a reader was away."""

    number: int
    share_id: str
    launched_at: datetime


def issues_between(
    connection: Connection, list_id: int, since: datetime, until: datetime
) -> list[Missed]:
    """What a list sent in that time, oldest first."""
    rows = connection.execute(
        select(IssueRow.number, ShareLink.id, Campaign.launched_at)
        .join(IssueRow, IssueRow.id == Campaign.issue_id)
        .join(ShareLink, ShareLink.issue_id == IssueRow.id)
        .where(
            Campaign.list_id == list_id,
            ShareLink.delivery_id.is_(None),
            Campaign.launched_at >= since,
            Campaign.launched_at < until,
        )
        .order_by(Campaign.launched_at, Campaign.id)
    )
    return [Missed(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class LinkTable:
    """Where an issue's content links lead by number, and whether it has been launched."""

    issue_id: int
    list_key: str
    urls: Mapping[int, str]
    is_launched: bool


def link_table(connection: Connection, slug: str) -> LinkTable | None:
    """The content links of an issue; None before its first test copy or its launch."""
    launched = exists(select(1).where(Campaign.issue_id == IssueRow.id))
    row = connection.execute(
        select(IssueRow.id, MailingList.key, launched)
        .join(MailingList, MailingList.id == IssueRow.list_id)
        .where(IssueRow.slug == slug)
    ).one_or_none()
    if row is None:
        return None
    links = connection.execute(select(LinkRow.n, LinkRow.url).where(LinkRow.issue_id == row[0]))
    return LinkTable(row[0], row[1], dict(links.all()), row[2])


def shared_issue(connection: Connection, share_id: str) -> tuple[int, str] | None:
    """The issue that a share link leads to, and its list's key."""
    row = connection.execute(
        select(ShareLink.issue_id, MailingList.key)
        .join(IssueRow, IssueRow.id == ShareLink.issue_id)
        .join(MailingList, MailingList.id == IssueRow.list_id)
        .where(ShareLink.id == share_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def addressee(connection: Connection, campaign_id: int, delivery_id: int) -> tuple[int, int] | None:
    """The subscriber and the list of a delivery; None where the reader was erased since."""
    row = connection.execute(
        select(Delivery.subscriber_id, Campaign.list_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(Delivery.campaign_id == campaign_id, Delivery.id == delivery_id)
    ).one_or_none()
    return None if row is None or row[0] is None else (row[0], row[1])


def addressees(
    connection: Connection, deliveries: Collection[tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, int]]:
    """Subscriber and list of each (campaign, delivery); erased readers are left out."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for campaign_id in {campaign for campaign, _ in deliveries}:
        ids = [delivery for campaign, delivery in deliveries if campaign == campaign_id]
        rows = connection.execute(
            select(Delivery.id, Delivery.subscriber_id, Campaign.list_id)
            .join(Campaign, Campaign.id == Delivery.campaign_id)
            .where(
                Delivery.campaign_id == campaign_id,
                Delivery.id.in_(ids),
                Delivery.subscriber_id.is_not(None),
            )
        )
        for id_, subscriber_id, list_id in rows:
            assert subscriber_id is not None
            found[campaign_id, id_] = (subscriber_id, list_id)
    return found
