"""The texts that people were shown, by version, and who agreed to which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, distinct, func, select

from mailer.consent.entries import PERMITTING
from mailer.store.tables import ConsentRecord, MailingList, Purpose, Subscriber, Wording


@dataclass(frozen=True, slots=True)
class Version:
    """One text as it was shown for one list and purpose; a changed text is another."""

    id: int
    list_key: str
    purpose: Purpose
    locale: str
    text: str
    digest: str
    first_used_at: datetime
    people: int
    """How many agreed in these words; whether they have withdrawn since is another question."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One person who agreed in certain words."""

    subject: str
    address: str | None
    """None where the person was erased or is known no more."""
    list_key: str
    purpose: Purpose
    when: datetime


def versions(connection: Connection) -> list[Version]:
    """Every text somebody was shown, by list, purpose and age."""
    agreed = ConsentRecord.action.in_(PERMITTING)
    rows = connection.execute(
        select(
            Wording.id,
            MailingList.key,
            ConsentRecord.purpose,
            Wording.locale,
            Wording.text,
            Wording.digest,
            Wording.first_used_at,
            func.count(distinct(ConsentRecord.subject)).filter(agreed),
        )
        .join(ConsentRecord, ConsentRecord.wording_id == Wording.id)
        .join(MailingList, MailingList.id == ConsentRecord.list_id)
        .group_by(Wording.id, MailingList.key, ConsentRecord.purpose)
        .order_by(MailingList.key, ConsentRecord.purpose, Wording.id)
    )
    return [Version(*row) for row in rows]


def who_agreed(connection: Connection, wording: int) -> list[Agreement]:
    """Everybody who agreed in these words, each at the first time they did."""
    rows = connection.execute(
        select(
            ConsentRecord.subject,
            Subscriber.address,
            MailingList.key,
            ConsentRecord.purpose,
            func.min(ConsentRecord.recorded_at),
        )
        .join(MailingList, MailingList.id == ConsentRecord.list_id)
        .outerjoin(Subscriber, Subscriber.subject == ConsentRecord.subject)
        .where(ConsentRecord.wording_id == wording, ConsentRecord.action.in_(PERMITTING))
        .group_by(ConsentRecord.subject, Subscriber.address, MailingList.key, ConsentRecord.purpose)
        .order_by(func.min(ConsentRecord.recorded_at), ConsentRecord.subject)
    )
    return [Agreement(*row) for row in rows]
