"""Statements that both databases know, on both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from builders import NOW
from mailer.store import Store, all_at_once, insert_once
from mailer.store.tables import MailingList, Subscriber


def test_inserting_once_says_whether_the_row_was_new(store: Store) -> None:
    with store.write() as connection:
        assert insert_once(connection, MailingList, {"key": "cafe"})
        assert not insert_once(connection, MailingList, {"key": "cafe"})
    with store.write() as connection:
        assert not insert_once(connection, MailingList, {"key": "cafe"})
        assert insert_once(connection, MailingList, {"key": "letter"})


def test_all_rows_at_once_keep_their_order_and_what_they_hold(store: Store) -> None:
    attributes = {"first_name": "Élodie", "n": 2**53 + 1, "list": [None, True, {"": '\\"\t☕'}]}
    with store.write() as connection:
        for name in ("Zoé « l’aînée »", "Ana"):
            connection.execute(insert(Subscriber).values(**_reader(name, attributes)))
    with store.read() as connection:
        rows = all_at_once(
            connection, select(Subscriber.id, Subscriber.name, Subscriber.attributes)
        )
        none = all_at_once(connection, select(Subscriber.id).where(Subscriber.name == "nobody"))
    assert [tuple(row) for row in rows] == [
        (1, "Zoé « l’aînée »", attributes),
        (2, "Ana", attributes),
    ]
    assert list(none) == []


def _reader(name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    unique = {key: f"{key} {name}" for key in ("subject", "address_key", "address_digest")}
    return {
        **unique,
        "address": "reader@cafe.example",
        "name": name,
        "locale": "fr",
        "attributes": attributes,
        "created_at": NOW,
        "updated_at": NOW,
    }
