"""The outbox: messages that belong to no campaign, each with one cause."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from mailer.store.schema import Model, RowId, choice


class NoticeKind(StrEnum):
    """What a notice is."""

    TEST = "test"
    CONFIRMATION = "confirmation"
    ALREADY_SUBSCRIBED = "already_subscribed"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    ACCESS = "access"
    ADDRESS_CHANGE = "address_change"
    RECONSENT = "reconsent"
    PROOF = "proof"
    REPORT = "report"
    ALARM = "alarm"


class LegalBasis(StrEnum):
    """Why a notice may be sent without a subscription (GDPR 6(1))."""

    REQUEST = "request"
    OBLIGATION = "obligation"
    INTEREST = "interest"


class NoticeState(StrEnum):
    """The life of a notice."""

    PENDING = "pending"
    TAKEN = "taken"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"


class Notice(Model):
    """One outbox row, written in the transaction that causes it."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_open",
            "due_at",
            postgresql_where=text("state IN ('pending', 'taken', 'deferred')"),
            sqlite_where=text("state IN ('pending', 'taken', 'deferred')"),
        ),
    )

    id: Mapped[RowId]
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind))
    legal_basis: Mapped[LegalBasis] = mapped_column(choice(LegalBasis))
    cause: Mapped[str] = mapped_column(unique=True)
    """Names the one event that causes it, so that it is never sent twice."""
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id"))
    sender: Mapped[str]
    recipient: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The message as it leaves; gone once it has left."""
    state: Mapped[NoticeState] = mapped_column(choice(NoticeState))
    attempts: Mapped[int] = mapped_column(SmallInteger)
    doubts: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    taken_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    relay: Mapped[str | None]
    reply: Mapped[str | None]


class WebhookState(StrEnum):
    """The life of a call to the publisher's webhook."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookCall(Model):
    """One call to be made, written in the transaction that causes it."""

    __tablename__ = "webhook_calls"
    __table_args__ = (
        Index(
            "ix_webhook_calls_open",
            "due_at",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[RowId]
    cause: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str]
    """The same at every try."""
    body: Mapped[str]
    """JSON without personal data."""
    state: Mapped[WebhookState] = mapped_column(choice(WebhookState))
    attempts: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """While it is being called: when another may."""
    settled_at: Mapped[datetime | None]
    answer: Mapped[str | None]
