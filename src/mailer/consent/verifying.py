"""Verifying the ledger: whether anything that was sealed is no longer what it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from mailer.consent.chain import follow, late_records
from mailer.consent.comparing import against_head
from mailer.consent.entries import EvidenceFacts
from mailer.consent.findings import Fault, Finding, Verified
from mailer.consent.rows import PAGE, count_unsealed
from mailer.consent.sealing import heads
from mailer.errors import MailerError
from mailer.keys import Keys
from mailer.store.tables import ConsentRecord, Evidence, Wording

CheckStamp = Callable[[str, bytes], object]
"""Checks that a time-stamp token is about a head; raises MailerError where it is not."""


def verify(
    connection: Connection,
    keys: Keys,
    copies: Path,
    *,
    against: Sequence[str] = (),
    check_stamp: CheckStamp | None = None,
    tell: Callable[[int], None] = lambda _count: None,
) -> Verified:
    """Hold the whole ledger against its seals, its evidence against its digests.

    `against` are heads noted down earlier, somewhere out of the database's reach: without one, a
    chain rebuilt from its beginning looks like any other. Evidence that was erased is as it should
    be (GDPR 17); evidence that was changed is found. `check_stamp` is given each time-stamp, else
    they are only counted. `tell` hears how many more records were read.
    """
    found: list[Finding] = []
    records = stamped = seals = 0
    for seal, wrong in follow(connection, copies, tell):
        seals += 1
        records += seal.count
        stamped += seal.timestamp_token is not None
        wrong = wrong or _stamp_fault(seal, check_stamp)
        found += [wrong] if wrong else []
    newest = heads(connection)
    known = frozenset(one.head for one in newest)
    for head in against:
        found += against_head(connection, head, known, copies)
    found += [*late_records(connection), *_wordings(connection), *_evidence(connection, keys)]
    return Verified(
        records=records,
        unsealed=count_unsealed(connection),
        seals=seals,
        stamped=stamped,
        newest=newest[0] if newest else None,
        findings=tuple(found),
    )


def _stamp_fault(seal: Any, check: CheckStamp | None) -> Finding | None:
    if check is None or seal.timestamp_token is None:
        return None
    try:
        check(seal.head, seal.timestamp_token)
    except MailerError as error:
        words = f"seal {seal.id}: {error.what}"
        return Finding(fault=Fault.TIMESTAMP, seal=seal.id, words=words)
    return None


def _wordings(connection: Connection) -> Iterator[Finding]:
    for id_, digest, words in connection.execute(
        select(Wording.id, Wording.digest, Wording.text).order_by(Wording.id)
    ):
        if hashlib.sha256(words.encode()).hexdigest() != digest:
            yield Finding(fault=Fault.WORDING, words=f"the text of wording {id_} was changed")


def _evidence(connection: Connection, keys: Keys) -> Iterator[Finding]:
    """The first evidence that is not what its record keeps a digest of."""
    after = -1
    while True:
        rows = connection.execute(
            select(*_EVIDENCE)
            .join(ConsentRecord, ConsentRecord.id == Evidence.consent_id)
            .where(Evidence.consent_id > after)
            .order_by(Evidence.consent_id)
            .limit(PAGE)
        ).all()
        for id_, digest, *facts in rows:
            if EvidenceFacts(*facts).digest(keys.evidence) != digest:
                words = f"the evidence of record {id_} was changed"
                yield Finding(fault=Fault.EVIDENCE, record=id_, words=words)
                return
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


_EVIDENCE = (
    Evidence.consent_id,
    ConsentRecord.evidence_digest,
    Evidence.salt,
    Evidence.address,
    Evidence.ip_prefix,
    Evidence.user_agent,
    Evidence.file_row,
    Evidence.detail,
)
