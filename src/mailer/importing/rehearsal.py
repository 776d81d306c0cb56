"""The same decisions without a word written: what an import would do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self

from mailer.audience import Standing, Word, list_id, standings, suppressed_among
from mailer.importing.deciding import Verdict, decide_all, with_suppression
from mailer.importing.figures import Reason
from mailer.importing.rows import Candidate
from mailer.keys import Keys
from mailer.store import Store
from mailer.store.tables import Action, Channel, SubscriptionStatus


class Rehearsal:
    """Reads the database, where there is one, and remembers apart what it would have written.

    Apart is SQLite's private temporary file: it spares memory, and goes with us.
    """

    def __init__(self, store: Store | None, keys: Keys | None, list_key: str) -> None:
        self._store = store
        self._keys = keys
        self._list_key = list_key
        self._written = sqlite3.connect("")
        self._written.execute(
            "CREATE TABLE written (key TEXT PRIMARY KEY, status TEXT, action TEXT, at TEXT)"
            " WITHOUT ROWID"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._written.close()

    def apply(self, candidates: Sequence[Candidate]) -> list[Verdict | Reason]:
        """What would follow from each row."""
        keys = {one.key for one in candidates}
        before = self._found(keys) | self._remembered(keys)
        after = dict(before)
        outcomes = decide_all([(one.key, one.evidence) for one in candidates], after)
        self._remember((key, after[key]) for key in keys if after[key] != before[key])
        return outcomes

    def finish(self, figures: dict[str, object]) -> None:
        """Nothing is noted."""

    def _found(self, keys: set[str]) -> dict[str, Standing]:
        if self._store is None:
            return dict.fromkeys(keys, Standing())
        with self._store.read() as connection:
            found = standings(connection, list_id(connection, self._list_key), keys)
            if self._keys is None:  # without keys nobody was ever suppressed
                return {key: found.get(key, Standing()) for key in keys}
            digests = {key: self._keys.address_digest(key) for key in keys}
            kept_out = suppressed_among(connection, digests.values(), self._list_key)
            return with_suppression(found, digests, kept_out)

    def _remembered(self, keys: set[str]) -> dict[str, Standing]:
        marks = ",".join("?" * len(keys))
        rows = self._written.execute(
            f"SELECT key, status, action, at FROM written WHERE key IN ({marks})",  # noqa: S608
            list(keys),
        )
        return {
            key: Standing(
                person_id=0,
                status=SubscriptionStatus(status),
                newest=Word(Action(action), Channel.IMPORT, datetime.fromisoformat(at)),
            )
            for key, status, action, at in rows
        }

    def _remember(self, changed: Iterable[tuple[str, Standing]]) -> None:
        self._written.executemany(
            "INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?)",
            [
                (key, one.status, one.newest.action, one.newest.stated_at.isoformat())
                for key, one in changed
                if one.newest is not None
            ],
        )
