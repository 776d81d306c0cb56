"""What the ledger holds of one person, entry by entry, in the ledger's order (GDPR 7(1), 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from mailer.address import Address
from mailer.consent.canonical import Sealable
from mailer.consent.rows import COLUMNS, sealable
from mailer.store.tables import (
    ConsentRecord,
    Evidence,
    MailingList,
    SealedRecord,
    Subscriber,
    Wording,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The words a person was shown, as they were."""

    id: int
    text: str
    locale: str
    first_used_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """The evidence that is still kept beside an entry."""

    address: str
    ip_prefix: str | None
    browser: str | None
    file_row: int | None
    detail: dict[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a person's story."""

    record: Sealable
    shown: Shown | None
    kept: Kept | None
    """None once it was erased; the entry stays."""
    seal: int | None
    position: int | None
    """Its place under its seal."""


def story_of(connection: Connection, address: Address) -> list[Told]:
    """Every entry about whoever has or had that address, oldest first; none for a stranger."""
    subjects = _subjects(connection, address)
    rows = connection.execute(
        select(
            *COLUMNS,
            Wording.id,
            Wording.text,
            Wording.locale,
            Wording.first_used_at,
            Evidence.address,
            Evidence.ip_prefix,
            Evidence.user_agent,
            Evidence.file_row,
            Evidence.detail,
            SealedRecord.seal_id,
            SealedRecord.position,
        )
        .select_from(ConsentRecord)
        .outerjoin(MailingList, MailingList.id == ConsentRecord.list_id)
        .outerjoin(Wording, Wording.id == ConsentRecord.wording_id)
        .outerjoin(Evidence, Evidence.consent_id == ConsentRecord.id)
        .outerjoin(SealedRecord, SealedRecord.consent_id == ConsentRecord.id)
        .where(ConsentRecord.subject.in_(subjects))
        .order_by(ConsentRecord.id)
    )
    return [_told(sealable(row), row[len(COLUMNS) :]) for row in rows]


def _told(record: Sealable, rest: Sequence[Any]) -> Told:
    shown, kept, (seal, position) = rest[:4], rest[4:9], rest[9:]
    return Told(
        record,
        Shown(*shown) if shown[0] is not None else None,
        Kept(*kept) if kept[0] is not None else None,
        seal,
        position,
    )


def _subjects(connection: Connection, address: Address) -> set[str]:
    """Who has the address now, and who had it when an entry was made."""
    now = connection.scalars(
        select(Subscriber.subject).where(Subscriber.address_key == address.key)
    )
    then = connection.scalars(
        select(ConsentRecord.subject)
        .join(Evidence, Evidence.consent_id == ConsentRecord.id)
        .where(or_(Evidence.address == str(address), Evidence.address == address.key))
        .distinct()
    )
    return {*now, *then}
