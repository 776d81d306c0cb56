"""Who reads: lists, subscribers, subscriptions, and whom no mail may reach."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailer.store.schema import Model, RowId, choice


class SubscriptionStatus(StrEnum):
    """Where a person stands with a list."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


class SuppressionReason(StrEnum):
    """Why an address is kept out."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    OBJECTION = "objection"
    ERASURE = "erasure"
    OPERATOR = "operator"


class MailingList(Model):
    """A publication people subscribe to; everything but its key stands in config.toml."""

    __tablename__ = "lists"

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(unique=True)


class Subscriber(Model):
    """A person we know by an address."""

    __tablename__ = "subscribers"
    __table_args__ = (Index(None, "address_digest"),)

    id: Mapped[RowId]
    subject: Mapped[str] = mapped_column(unique=True)
    """Random; consent records refer to it, so that they can outlive the address."""
    address: Mapped[str]
    address_key: Mapped[str] = mapped_column(unique=True)
    address_digest: Mapped[str]
    name: Mapped[str]
    locale: Mapped[str]
    timezone: Mapped[str | None]
    attributes: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Subscription(Model):
    """A subscriber's standing with one list."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "list_id"),
        Index(None, "list_id", "status", "id"),
        Index(
            "ix_subscriptions_paused",
            "paused_until",
            postgresql_where=text("paused_until IS NOT NULL"),
            sqlite_where=text("paused_until IS NOT NULL"),
        ),
    )

    id: Mapped[RowId]
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"))
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    status: Mapped[SubscriptionStatus] = mapped_column(choice(SubscriptionStatus))
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent_records.id"), index=True)
    """The newest ledger entry of this person for receiving this list."""
    share_id: Mapped[str | None] = mapped_column(ForeignKey("share_links.id"))
    """The share link through which the person came."""
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    """Set, with paused_at, until the person was told what they missed."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Suppression(Model):
    """An address that gets no mail: a keyed hash, so that keeping it out needs no address."""

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("address_digest", "scope"),)

    id: Mapped[RowId]
    address_digest: Mapped[str]
    scope: Mapped[str]
    """A list's key, or «*» for every list."""
    reason: Mapped[SuppressionReason] = mapped_column(choice(SuppressionReason))
    detail: Mapped[str]
    created_at: Mapped[datetime]


class AddressChange(Model):
    """A reader's wish to be written to elsewhere, until its owner confirms at the new address."""

    __tablename__ = "address_changes"

    id: Mapped[RowId]
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str]
    """The new one; after the change the old one, for the way back."""
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class SignUp(Model):
    """What a form said, until it is worked on a moment later.

    A form's answer waits for this row only, so that its time tells nothing about the address.
    """

    __tablename__ = "sign_ups"

    id: Mapped[RowId]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    address: Mapped[str]
    name: Mapped[str]
    locale: Mapped[str]
    wording_id: Mapped[int] = mapped_column(ForeignKey("wordings.id"))
    tracking: Mapped[dict[str, Any]]
    """Each ticked purpose with the id of the wording that was shown."""
    share_id: Mapped[str | None] = mapped_column(ForeignKey("share_links.id"))
    came_at: Mapped[datetime]
    place: Mapped[str]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]


class Limit(Model):
    """How often something was done by one network, for one list, to one address."""

    __tablename__ = "limits"

    bucket: Mapped[str] = mapped_column(primary_key=True)
    """What is counted, and a keyed hash of whose it is."""
    count: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)
    """From then on it is counted anew."""
