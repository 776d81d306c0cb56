"""Reading back what a launch froze."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from mailer.store.tables import (
    Campaign,
    CampaignMail,
    CampaignState,
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
        mails=dict(mails.tuples().all()),
        share_id=share_id_of(connection, row.issue_id),
        launched_at=row.launched_at,
    )


def share_id_of(connection: Connection, issue_id: int) -> str:
    """The share link that every copy of an issue carries."""
    return connection.scalars(
        select(ShareLink.id).where(ShareLink.issue_id == issue_id, ShareLink.delivery_id.is_(None))
    ).one()


def campaign_of_issue(connection: Connection, issue_id: int) -> int | None:
    """The campaign that sent an issue."""
    return connection.scalar(select(Campaign.id).where(Campaign.issue_id == issue_id))


def link_target(connection: Connection, slug: str, n: int) -> tuple[int, str] | None:
    """The issue's id and where its content link number `n` leads."""
    row = connection.execute(
        select(LinkRow.issue_id, LinkRow.url)
        .join(IssueRow, IssueRow.id == LinkRow.issue_id)
        .where(IssueRow.slug == slug, LinkRow.n == n)
    ).one_or_none()
    return None if row is None else (row.issue_id, row.url)


def shared_issue(connection: Connection, share_id: str) -> int | None:
    """The issue that a share link leads to."""
    return connection.scalar(select(ShareLink.issue_id).where(ShareLink.id == share_id))
