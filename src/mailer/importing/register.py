"""Writing a chunk of rows down: people, ledger and subscriptions, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError

from mailer.audience import (
    Move,
    Newcomer,
    Standing,
    ensure_list,
    known_among,
    move_all,
    standings,
    suppressed_among,
    take_in,
)
from mailer.clock import Clock
from mailer.consent import Entry, Proof, record_many, wording_id
from mailer.importing.deciding import Verdict, decide_all, with_suppression
from mailer.importing.figures import Reason
from mailer.importing.rows import Candidate
from mailer.keys import Keys
from mailer.store import Store
from mailer.store.tables import Channel, Import

# Somebody else may write the same wording in the same moment: then we look again.
ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What the ledger and the table of imports say of a file."""

    list_key: str
    name: str
    digest: str
    basis: str = ""
    """The consent stated once for the whole file, or nothing."""


class Register:
    """The database, as one import writes to it."""

    def __init__(self, store: Store, keys: Keys, facts: FileFacts, clock: Clock) -> None:
        self._store = store
        self._keys = keys
        self._facts = facts
        self._clock = clock
        self._started_at = clock()
        self._import_id: int | None = None

    def apply(self, candidates: Sequence[Candidate]) -> list[Verdict | Reason]:
        """What follows from each row, done; all of them or, on an error, none."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._store.write() as connection:
                    outcomes, import_id = self._write(connection, candidates)
            except IntegrityError:
                if attempt == ATTEMPTS:
                    raise
            else:
                self._import_id = import_id  # known only once it was committed
                return outcomes
        raise AssertionError("the last attempt returns or raises")

    def finish(self, figures: dict[str, object]) -> None:
        """Note what became of the file, if anything did: an import without effect leaves no row."""
        if self._import_id is None:
            return
        with self._store.write() as connection:
            connection.execute(
                update(Import)
                .where(Import.id == self._import_id)
                .values(figures=figures, finished_at=self._clock())
            )

    def _write(
        self, connection: Connection, candidates: Sequence[Candidate]
    ) -> tuple[list[Verdict | Reason], int | None]:
        now = self._clock()
        list_id = ensure_list(connection, self._facts.list_key)
        before = self._welcome(connection, list_id, candidates, now)
        after = dict(before)
        outcomes = decide_all([(one.key, one.evidence) for one in candidates], after)
        taken = [
            candidate
            for candidate, outcome in zip(candidates, outcomes, strict=True)
            if outcome is Verdict.MOVED
        ]
        if not taken:
            return outcomes, self._import_id
        import_id = self._import_id or self._open(connection, list_id)
        consents = self._record(connection, list_id, import_id, taken, after, now)
        move_all(
            connection,
            list_id,
            [_move(before[key], after[key], consents[key]) for key in consents],
            now=now,
        )
        return outcomes, import_id

    def _welcome(
        self,
        connection: Connection,
        list_id: int,
        candidates: Sequence[Candidate],
        now: datetime,
    ) -> dict[str, Standing]:
        """How everybody in these rows stands, new people among them, who are known from now on.

        Nobody who is kept out is written down anew.
        """
        digests = {one.key: self._keys.address_digest(one.key) for one in candidates}
        kept_out = suppressed_among(connection, digests.values(), self._facts.list_key)
        known = known_among(connection, digests)
        strangers: dict[str, Newcomer] = {}
        for one in candidates:
            if one.key not in known and digests[one.key] not in kept_out:
                strangers.setdefault(one.key, _newcomer(one))
        take_in(connection, self._keys, list(strangers.values()), now=now)
        found = standings(connection, list_id, digests, locked=True)
        return with_suppression(found, digests, kept_out)

    def _record(
        self,
        connection: Connection,
        list_id: int,
        import_id: int,
        taken: Sequence[Candidate],
        people: dict[str, Standing],
        now: datetime,
    ) -> dict[str, int]:
        """Append to the ledger; the newest entry of each person, by address key."""
        languages = {
            one.evidence.wording: one.locale for one in reversed(taken) if one.evidence.wording
        }
        wordings = {
            text: wording_id(connection, text, languages[text], now=now)
            for text in sorted(languages)  # one order everywhere, against deadlocks
        }
        entries = [
            Entry(
                subject=people[one.key].subject,
                list_id=list_id,
                action=one.evidence.action,
                channel=Channel.IMPORT,
                place=self._facts.name,
                source=one.evidence.source,
                stated_at=one.evidence.at,
                wording_id=wordings[one.evidence.wording] if one.evidence.wording else None,
                import_id=import_id,
                proof=Proof(
                    address=str(one.address),
                    ip=one.evidence.ip,
                    user_agent=one.evidence.user_agent,
                    file_row=one.record.row,
                    detail=one.evidence.detail,
                ),
            )
            for one in taken
        ]
        ids = record_many(connection, self._keys, entries, now=now)
        return dict(zip((one.key for one in taken), ids, strict=True))

    def _open(self, connection: Connection, list_id: int) -> int:
        return connection.scalars(
            insert(Import).returning(Import.id),
            [
                {
                    "list_id": list_id,
                    "file_name": self._facts.name,
                    "file_digest": self._facts.digest,
                    "started_at": self._started_at,
                    "finished_at": None,
                    "figures": {},
                    "basis": self._facts.basis,
                }
            ],
        ).one()


def _newcomer(candidate: Candidate) -> Newcomer:
    return Newcomer(
        address=candidate.address,
        name=candidate.name,
        locale=candidate.locale,
        timezone=candidate.timezone,
        attributes=candidate.attributes,
    )


def _move(before: Standing, after: Standing, consent_id: int) -> Move:
    assert after.person_id is not None
    assert after.status is not None
    return Move(
        person_id=after.person_id,
        is_new=before.status is None,
        status=after.status,
        consent_id=consent_id,
    )
