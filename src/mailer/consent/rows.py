"""Reading the ledger as seals see it, in pages, so that its length does not matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from mailer.consent.canonical import Sealable
from mailer.store.tables import ConsentRecord, MailingList, SealedRecord, Wording

PAGE = 10_000

COLUMNS = (
    ConsentRecord.id,
    ConsentRecord.subject,
    MailingList.key.label("list_key"),
    ConsentRecord.purpose,
    ConsentRecord.action,
    ConsentRecord.recorded_at,
    ConsentRecord.stated_at,
    ConsentRecord.channel,
    ConsentRecord.place,
    ConsentRecord.source,
    Wording.digest.label("wording"),
    ConsentRecord.import_id,
    ConsentRecord.evidence_digest.label("evidence"),
)

# Whole: also a record of a list or wording that somebody took away is read, and so named.
RECORDS = (
    select(*COLUMNS)
    .outerjoin(MailingList, MailingList.id == ConsentRecord.list_id)
    .outerjoin(Wording, Wording.id == ConsentRecord.wording_id)
)

_NOT_SEALED = ~exists().where(SealedRecord.consent_id == ConsentRecord.id)


def sealable(row: Sequence[Any]) -> Sealable:
    """The record of a row that begins with COLUMNS."""
    return Sealable(*row[: len(COLUMNS)])


def not_yet_sealed(connection: Connection, after: int, limit: int) -> Iterator[Sealable]:
    """Records that no seal covers, from the one after the id `after`, at most `limit` of them.

    Each is asked for, whatever its id: on PostgreSQL a lower id may be committed later.
    """
    left = limit
    while left > 0:
        page = min(PAGE, left)
        rows = connection.execute(
            RECORDS.where(ConsentRecord.id > after, _NOT_SEALED)
            .order_by(ConsentRecord.id)
            .limit(page)
        ).all()
        for row in rows:
            yield sealable(row)
        if len(rows) < page:
            return
        after = rows[-1].id
        left -= page


def unsealed() -> Select[int]:
    """A query for the ids of the records that no seal covers."""
    return select(ConsentRecord.id).where(_NOT_SEALED)


def count_unsealed(connection: Connection) -> int:
    """How many records no seal covers yet."""
    return connection.scalars(
        select(func.count()).select_from(ConsentRecord).where(_NOT_SEALED)
    ).one()
