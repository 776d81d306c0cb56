"""Statements that both databases know, on both."""

from __future__ import annotations

from mailer.store import Store, insert_once
from mailer.store.tables import MailingList


def test_inserting_once_says_whether_the_row_was_new(store: Store) -> None:
    with store.write() as connection:
        assert insert_once(connection, MailingList, {"key": "cafe"})
        assert not insert_once(connection, MailingList, {"key": "cafe"})
    with store.write() as connection:
        assert not insert_once(connection, MailingList, {"key": "cafe"})
        assert insert_once(connection, MailingList, {"key": "letter"})
