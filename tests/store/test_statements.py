"""Statements that both databases know, on both."""

from __future__ import annotations

from datetime import UTC, datetime

from mailer.store import Store, insert_once
from mailer.store.tables import MailingList, Wording


def test_inserting_once_says_whether_the_row_was_new(store: Store) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    wording = {"digest": "a", "text": "Oui.", "locale": "fr", "first_used_at": now}
    with store.write() as connection:
        assert insert_once(connection, Wording, wording)
        assert not insert_once(connection, Wording, wording)
        assert insert_once(connection, MailingList, {"key": "cafe"})
        assert not insert_once(connection, MailingList, {"key": "cafe"})
    with store.write() as connection:
        assert not insert_once(connection, MailingList, {"key": "cafe"})
