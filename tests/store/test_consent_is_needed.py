"""No message without consent, by the database's own word: whoever speaks to it (GDPR 6(1)(a))."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import DBAPIError

from builders import KEYS, NOW, add_readers
from mailer.audience import ensure_list, standings
from mailer.consent import Entry, Proof, record, wording_id
from mailer.store import Store
from mailer.store.tables import (
    Action,
    Campaign,
    CampaignState,
    Channel,
    Delivery,
    DeliveryState,
    IssueRow,
    Purpose,
)

READER = "lecteur1@courrier.example"


def campaign_of(connection: Connection, list_key: str) -> int:
    """A campaign without deliveries."""
    list_id = ensure_list(connection, list_key)
    issue = connection.execute(
        insert(IssueRow).values(list_id=list_id, number=1, slug=f"{list_key}-1", created_at=NOW)
    ).inserted_primary_key
    assert issue
    campaign = connection.execute(
        insert(Campaign).values(
            list_id=list_id,
            issue_id=issue[0],
            state=CampaignState.SENDING,
            reason="",
            digest="",
            frame={},
            launched_at=NOW,
        )
    ).inserted_primary_key
    assert campaign
    return int(campaign[0])


def delivery(
    consent_id: int | None, *, campaign: int = 1, reader: int | None = 1
) -> dict[str, Any]:
    return {
        "campaign_id": campaign,
        "id": 1,
        "subscriber_id": reader,
        "consent_id": consent_id,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "doubts": 0,
    }


def entry(connection: Connection, action: Action, **changes: Any) -> int:
    """One more ledger entry of the first reader."""
    list_id = ensure_list(connection, "cafe")
    subject = standings(connection, list_id, [READER])[READER].subject
    values: dict[str, Any] = {
        "subject": subject,
        "list_id": list_id,
        "action": action,
        "channel": Channel.PAGE,
        "place": "/",
        "stated_at": NOW,
        "proof": Proof(address=READER),
        "wording_id": wording_id(connection, "Oui.", "fr", now=NOW),
    }
    return record(connection, KEYS, Entry(**{**values, **changes}), now=NOW)


@pytest.fixture
def launched(store: Store) -> Store:
    """Two readers (entries 1 and 2), and a campaign to write deliveries into."""
    add_readers(store, 2)
    with store.write() as connection:
        campaign_of(connection, "cafe")
    return store


WAYS: dict[str, Callable[[Connection], dict[str, Any]]] = {
    "none at all": lambda it: delivery(None),
    "an entry that is not there": lambda it: delivery(77),
    "somebody else's": lambda it: delivery(2),
    "a request that was not confirmed": lambda it: delivery(entry(it, Action.REQUESTED)),
    "a withdrawal": lambda it: delivery(entry(it, Action.WITHDRAWN)),
    "an objection": lambda it: delivery(entry(it, Action.OBJECTED)),
    "an undone import": lambda it: delivery(entry(it, Action.ANNULLED)),
    "an erasure": lambda it: delivery(entry(it, Action.ERASED)),
    "for another purpose": lambda it: delivery(entry(it, Action.GRANTED, purpose=Purpose.CLICKS)),
    "for another list": lambda it: delivery(1, campaign=campaign_of(it, "letter")),
    "of nobody": lambda it: delivery(1, reader=None),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_delivery_is_refused_whose_consent_is(
    launched: Store, way: Callable[[Connection], dict[str, Any]]
) -> None:
    with launched.write() as connection:
        values = way(connection)
    with (
        pytest.raises(DBAPIError, match=r"no consent allows this delivery|consent_id"),
        launched.write() as connection,
    ):
        connection.execute(insert(Delivery).values(values))


@pytest.mark.parametrize("action", [Action.GRANTED, Action.CONFIRMED])
def test_one_that_permits_is_enough(launched: Store, action: Action) -> None:
    with launched.write() as connection:
        connection.execute(insert(Delivery).values(delivery(entry(connection, action))))


@pytest.mark.parametrize(
    "change", [{"consent_id": 2}, {"subscriber_id": 2}, {"campaign_id": 2}, {"id": 9}]
)
def test_a_delivery_keeps_its_reader_and_its_consent(
    launched: Store, change: dict[str, int]
) -> None:
    with launched.write() as connection:
        connection.execute(insert(Delivery).values(delivery(1)))
    with (
        pytest.raises(DBAPIError, match="a delivery keeps its reader and its consent"),
        launched.write() as connection,
    ):
        connection.execute(update(Delivery).values(change))


def test_one_person_has_one_delivery_of_a_campaign(launched: Store) -> None:
    with launched.write() as connection:
        connection.execute(insert(Delivery).values(delivery(1)))
    with pytest.raises(DBAPIError, match=r"(?i)unique"), launched.write() as connection:
        connection.execute(insert(Delivery).values({**delivery(1), "id": 2}))


def test_who_was_erased_is_not_put_back(launched: Store) -> None:
    with launched.write() as connection:
        connection.execute(insert(Delivery).values(delivery(1)))
        connection.execute(update(Delivery).values(subscriber_id=None))
    with pytest.raises(DBAPIError, match="keeps its reader"), launched.write() as connection:
        connection.execute(update(Delivery).values(subscriber_id=1))
