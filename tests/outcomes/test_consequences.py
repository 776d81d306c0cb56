"""What refusals say of a reader over the months: dead, refusing, full, or none of their fault."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from builders import KEYS, NOW, add_readers
from mailer.audience import ensure_list
from mailer.outcomes import follow_up, verdict_of
from mailer.outcomes.classifying import Verdict
from mailer.store import Store
from mailer.store.tables import (
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    IssueRow,
    Subscription,
    Suppression,
)


def refused(store: Store, *replies: str, days_apart: int = 7) -> int:
    """One reader whose copy of issue after issue was refused so; how many were suppressed."""
    add_readers(store, 1)
    suppressed = 0
    for number, reply in enumerate(replies, 1):
        at = NOW + timedelta(days=number * days_apart)
        with store.write() as connection:
            list_id = ensure_list(connection, "cafe")
            connection.execute(
                insert(IssueRow).values(
                    id=number, list_id=list_id, number=number, slug=f"c{number}", created_at=at
                )
            )
            connection.execute(
                insert(Campaign).values(
                    id=number,
                    list_id=list_id,
                    issue_id=number,
                    state=CampaignState.SENDING,
                    reason="",
                    digest="",
                    frame={},
                    launched_at=at,
                )
            )
            connection.execute(
                insert(Delivery).values(
                    campaign_id=number,
                    id=1,
                    subscriber_id=1,
                    consent_id=1,
                    state=DeliveryState.FAILED,
                    attempts=1,
                    doubts=0,
                    settled_at=at,
                    reply=reply,
                )
            )
            suppressed += follow_up(connection, KEYS, number, [1], at)
    return suppressed


FULL = "452 4.2.2 mailbox full"


@pytest.mark.parametrize(
    ("replies", "days_apart", "expected"),
    [
        (["550 5.1.1 nobody"], 7, 1),
        (["550 5.2.1 disabled"], 7, 1),
        (["550 5.3.0 no"] * 2, 7, 0),
        (["550 5.3.0 no"] * 3, 7, 1),
        (["550 5.7.1 spam"] * 12, 7, 0),
        ([FULL] * 4, 7, 0),
        ([FULL] * 5, 7, 1),
        ([FULL] * 9, 14, 0),
        (["550 5.3.0 no", FULL, "550 5.3.0 no", FULL], 7, 0),
        (["this copy cannot be made: no name"] * 9, 7, 0),
        ([f"not delivered within 48 h; last answer: {FULL}"] * 5, 7, 1),
    ],
)
def test_an_address_is_given_up(
    store: Store, replies: list[str], days_apart: int, expected: int
) -> None:
    assert refused(store, *replies, days_apart=days_apart) == expected
    with store.read() as connection:
        assert len(connection.scalars(select(Suppression.id)).all()) == expected
        status = connection.scalars(select(Subscription.status)).one()
    assert status == ("suppressed" if expected else "active")


def test_what_did_not_fail_has_no_consequence(store: Store) -> None:
    assert refused(store, "550 5.3.0 no") == 0
    with store.write() as connection:
        connection.execute(
            update(Delivery).values(state=DeliveryState.ACCEPTED, reply="550 5.1.1 in its words")
        )
        assert follow_up(connection, KEYS, 1, [1], NOW) == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("550 5.1.1 <a@b.example> unknown", Verdict.DEAD),
        ("550 no such user", Verdict.HARD),
        ("552 5.2.2 over quota", Verdict.SOFT),
        ("554 5.7.1 listed, see 550 5.1.1", Verdict.POLICY),
        ("the connection was lost", None),
    ],
)
def test_the_servers_words_are_read(words: str, expected: Verdict | None) -> None:
    assert verdict_of(words) is expected
