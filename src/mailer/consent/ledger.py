"""Writing to the ledger and asking it what a person's newest word is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from mailer.consent.entries import Entry, EvidenceFacts
from mailer.keys import Keys
from mailer.store import insert_once
from mailer.store.tables import Action, ConsentRecord, Evidence, Purpose, Wording


def record(connection: Connection, keys: Keys, entry: Entry, *, now: datetime) -> int:
    """Append one entry with its evidence; returns its id."""
    return record_many(connection, keys, [entry], now=now)[0]


def record_many(
    connection: Connection, keys: Keys, entries: Sequence[Entry], *, now: datetime
) -> list[int]:
    """Append entries with their evidence; returns their ids in the same order."""
    if not entries:
        return []
    facts = [EvidenceFacts.of(entry.proof) for entry in entries]
    rows = [
        {
            "subject": entry.subject,
            "list_id": entry.list_id,
            "purpose": entry.purpose,
            "action": entry.action,
            "recorded_at": now,
            "stated_at": entry.stated_at,
            "channel": entry.channel,
            "place": entry.place,
            "source": entry.source,
            "wording_id": entry.wording_id,
            "import_id": entry.import_id,
            "evidence_digest": fact.digest(keys.evidence),
        }
        for entry, fact in zip(entries, facts, strict=True)
    ]
    # Told apart by their digests, each of which is salted: in the order of parameters SQLite would
    # get one statement a row. Rows are numbered in the order in which they are given.
    returned = connection.execute(
        insert(ConsentRecord).returning(
            ConsentRecord.evidence_digest,
            ConsentRecord.id,
            sort_by_parameter_order=connection.dialect.name != "sqlite",
        ),
        rows,
    )
    by_digest = {row.evidence_digest: row.id for row in returned}
    ids = [by_digest[row["evidence_digest"]] for row in rows]
    connection.execute(
        insert(Evidence),
        [
            {
                "consent_id": id_,
                "salt": fact.salt,
                "address": fact.address,
                "ip_prefix": fact.ip_prefix,
                "user_agent": fact.user_agent,
                "file_row": fact.file_row,
                "detail": fact.detail,
            }
            for id_, fact in zip(ids, facts, strict=True)
        ],
    )
    return ids


def newest_action(
    connection: Connection, subject: str, list_id: int, purpose: Purpose = Purpose.RECEIVE
) -> tuple[int, Action] | None:
    """The newest entry of a person for a purpose, by ledger order, or None."""
    row = connection.execute(
        select(ConsentRecord.id, ConsentRecord.action)
        .where(
            ConsentRecord.subject == subject,
            ConsentRecord.list_id == list_id,
            ConsentRecord.purpose == purpose,
        )
        .order_by(ConsentRecord.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.id, row.action)


def wording_of(connection: Connection, consent_id: int) -> int | None:
    """The wording that an entry names."""
    return connection.scalar(select(ConsentRecord.wording_id).where(ConsentRecord.id == consent_id))


def wording_text(connection: Connection, consent_id: int) -> str:
    """The words that an entry names, as they were shown; nothing where it names none."""
    return (
        connection.scalar(
            select(Wording.text)
            .join(ConsentRecord, ConsentRecord.wording_id == Wording.id)
            .where(ConsentRecord.id == consent_id)
        )
        or ""
    )


def wording_text_of(connection: Connection, wording_id: int) -> str:
    """The words of that id."""
    return connection.scalars(select(Wording.text).where(Wording.id == wording_id)).one()


def recorded_at(connection: Connection, consent_id: int) -> datetime | None:
    """When an entry was written."""
    return connection.scalar(
        select(ConsentRecord.recorded_at).where(ConsentRecord.id == consent_id)
    )


def wording_id(connection: Connection, text: str, locale: str, *, now: datetime) -> int:
    """The id of exactly this text, kept for good the first time it is used."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    query = select(Wording.id).where(Wording.digest == digest)
    found = connection.scalar(query)
    if found is not None:
        return found
    values = {"digest": digest, "text": text, "locale": locale, "first_used_at": now}
    insert_once(connection, Wording, values)  # two people may be the first at once
    return connection.scalars(query).one()
