"""One sending: the frozen issue, its links, its batches and each reader's delivery."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from mailer.store.schema import Model, RowId, choice


class CampaignState(StrEnum):
    """The life of a campaign."""

    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class BatchState(StrEnum):
    """The life of a batch."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"


class DeliveryState(StrEnum):
    """What became of one reader's copy; over a campaign they add up to the audience."""

    PENDING = "pending"
    TAKEN = "taken"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    SKIPPED = "skipped"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"


class IssueRow(Model):
    """An edition of a list, by its number."""

    __tablename__ = "issues"
    __table_args__ = (UniqueConstraint("list_id", "number"),)

    id: Mapped[RowId]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    number: Mapped[int]
    slug: Mapped[str] = mapped_column(unique=True)
    """The name in URLs: list and number."""
    created_at: Mapped[datetime]


class LinkRow(Model):
    """Where `/c/<issue>/<n>` leads: the issue's own table, so no redirect is open."""

    __tablename__ = "links"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    n: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    url: Mapped[str]
    locale: Mapped[str]
    label: Mapped[str]


class Campaign(Model):
    """One sending of one frozen issue to one list's audience."""

    __tablename__ = "campaigns"
    __table_args__ = (UniqueConstraint("list_id", "issue_id"),)

    id: Mapped[RowId]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slots.id"), unique=True)
    state: Mapped[CampaignState] = mapped_column(choice(CampaignState))
    reason: Mapped[str]
    """Why it is paused or cancelled, in the server's or the operator's words."""
    digest: Mapped[str]
    """Of the issue and its template as they were frozen."""
    frame: Mapped[dict[str, Any]]
    """The list's sender and addresses as they were frozen."""
    launched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Override(Model):
    """Hard findings that somebody let pass when they sent a campaign."""

    __tablename__ = "overrides"

    id: Mapped[RowId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    at: Mapped[datetime]
    who: Mapped[str]
    """The login name of whoever ran the command."""
    why: Mapped[str]
    findings: Mapped[list[str]]


class CampaignMail(Model):
    """The compiled mail of a campaign in one language, frozen at launch."""

    __tablename__ = "campaign_mails"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    mail: Mapped[str]


class Batch(Model):
    """A run of consecutive deliveries: what one worker takes at a time."""

    __tablename__ = "batches"
    __table_args__ = (
        Index(
            "ix_batches_open",
            "state",
            "due_at",
            postgresql_where=text("state <> 'done'"),
            sqlite_where=text("state <> 'done'"),
        ),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_id: Mapped[int]
    last_id: Mapped[int]
    state: Mapped[BatchState] = mapped_column(choice(BatchState))
    due_at: Mapped[datetime]
    taken_by: Mapped[str | None]
    taken_at: Mapped[datetime | None]


class Delivery(Model):
    """One message to one recipient, allowed by the consent record it names."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("campaign_id", "subscriber_id"),
        CheckConstraint("attempts >= 0 AND doubts >= 0", name="counts"),
        Index(
            "ix_deliveries_due",
            "campaign_id",
            "due_at",
            postgresql_where=text("state = 'deferred'"),
            sqlite_where=text("state = 'deferred'"),
        ),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscribers.id", ondelete="SET NULL"), index=True
    )
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent_records.id"))
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState))
    attempts: Mapped[int] = mapped_column(SmallInteger)
    doubts: Mapped[int] = mapped_column(SmallInteger)
    """How often the connection was lost after the final dot (RFC 1047)."""
    due_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    relay: Mapped[str | None]
    reply: Mapped[str | None]
    """The server's words, or why it was skipped."""


class ShareLink(Model):
    """A link under which an issue may be passed on."""

    __tablename__ = "share_links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "delivery_id"], ["deliveries.campaign_id", "deliveries.id"]
        ),
        UniqueConstraint("campaign_id", "delivery_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), index=True)
    campaign_id: Mapped[int | None]
    """Set, with delivery_id, only for a reader who consented to `forwards`."""
    delivery_id: Mapped[int | None]
    created_at: Mapped[datetime]


class IssueEdition(Model):
    """What one language of an issue is called; frozen with the issue."""

    __tablename__ = "issue_editions"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    preheader: Mapped[str]
    dated: Mapped[date | None]
    """The date its front matter states."""
    columns: Mapped[dict[str, Any]]
    """Of each guest column in it, by key: title, anchor and the first words."""


class ArchiveEntry(Model):
    """What an editor decided about an issue in the archive; a sent one needs no entry."""

    __tablename__ = "archive_entries"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    is_shown: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime]
    frame: Mapped[dict[str, Any]]
    """The list's sender and addresses as they were published; of a sent issue the campaign's."""


class ArchiveMail(Model):
    """The compiled mail of an issue that was published without being sent, in one language."""

    __tablename__ = "archive_mails"

    issue_id: Mapped[int] = mapped_column(
        ForeignKey("archive_entries.issue_id"), primary_key=True, autoincrement=False
    )
    locale: Mapped[str] = mapped_column(primary_key=True)
    mail: Mapped[str]
