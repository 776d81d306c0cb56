"""The ledger: what each person agreed to, with which words, and the seals over it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mailer.store.schema import Model, RowId, choice


class Purpose(StrEnum):
    """What a consent is for; each is granted and withdrawn on its own (GDPR recital 43)."""

    RECEIVE = "receive"
    OPENS = "opens"
    CLICKS = "clicks"
    FORWARDS = "forwards"


class Action(StrEnum):
    """What a ledger entry says happened."""

    REQUESTED = "requested"
    GRANTED = "granted"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    ANNULLED = "annulled"
    ERASED = "erased"


class Channel(StrEnum):
    """How an entry came about."""

    FORM = "form"
    IMPORT = "import"
    PAGE = "page"
    MAIL = "mail"
    ADMIN = "admin"


class Wording(Model):
    """The exact text a person was shown, kept by its hash. Append-only."""

    __tablename__ = "wordings"

    id: Mapped[RowId]
    digest: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]
    locale: Mapped[str]
    first_used_at: Mapped[datetime]


class ConsentRecord(Model):
    """One entry of the ledger (GDPR 7(1)). Append-only; «newest» is the order of ids."""

    __tablename__ = "consent_records"
    __table_args__ = (
        Index(None, "subject", "list_id", "purpose", "id"),
        # Only a request may stand without knowing what the person was shown.
        CheckConstraint(
            "wording_id IS NOT NULL OR action NOT IN ('granted', 'confirmed')",
            name="consent_has_wording",
        ),
    )

    id: Mapped[RowId]
    subject: Mapped[str]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    action: Mapped[Action] = mapped_column(choice(Action))
    recorded_at: Mapped[datetime]
    stated_at: Mapped[datetime]
    """When the person acted: now, or the date that an imported file states."""
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    place: Mapped[str]
    """Where: the page's path, or the name of the imported file."""
    source: Mapped[str]
    """Where an imported consent was first given, as its file says."""
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wordings.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"))
    evidence_digest: Mapped[str]
    """Keyed digest of the evidence row, which may be erased on its own (GDPR 17)."""


class Evidence(Model):
    """What shows that an entry is true, and points to the person. May be erased, never changed."""

    __tablename__ = "consent_evidence"

    consent_id: Mapped[int] = mapped_column(
        ForeignKey("consent_records.id"), primary_key=True, autoincrement=False
    )
    salt: Mapped[str]
    """Random, gone with the row: without it the digest tells nothing about a guessed address."""
    address: Mapped[str]
    ip_prefix: Mapped[str | None]
    """Cut to /24 or /48."""
    user_agent: Mapped[str | None]
    """Family only."""
    file_row: Mapped[int | None]
    detail: Mapped[dict[str, Any]]


class Seal(Model):
    """One link of the chain over the ledger. Append-only."""

    __tablename__ = "seals"

    id: Mapped[RowId]
    previous: Mapped[str] = mapped_column(unique=True)
    """The head before this one: unique, so the chain cannot fork."""
    count: Mapped[int]
    root: Mapped[str]
    head: Mapped[str] = mapped_column(unique=True)
    sealed_at: Mapped[datetime]
    timestamp_token: Mapped[bytes | None]
    """RFC 3161, where a time-stamping authority is configured."""


class SealedRecord(Model):
    """Which records a seal covers, in order: ids commit out of order on PostgreSQL. Append-only."""

    __tablename__ = "sealed_records"
    __table_args__ = (UniqueConstraint("seal_id", "position"),)

    consent_id: Mapped[int] = mapped_column(
        ForeignKey("consent_records.id"), primary_key=True, autoincrement=False
    )
    seal_id: Mapped[int] = mapped_column(ForeignKey("seals.id"))
    position: Mapped[int]
    leaf: Mapped[bytes] = mapped_column(server_default="")
    """The record's hash when it was sealed: what names the one that was changed later."""
