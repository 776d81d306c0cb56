"""Outcomes in the database: what was handed over is what stands there, on both kinds."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from builders import NOW
from delivery.press import Press
from mailer.campaigns import frozen_campaign
from mailer.delivery.batches import take_batch
from mailer.delivery.recording import Settled, record_settled
from mailer.store.tables import Delivery, DeliveryState

LATER = NOW + timedelta(minutes=5, microseconds=7)
WORDS = '250 2.0.0 «reçu» ☕ "queued" as 4A\\B, 1;\t{"a": [null]}'


def test_an_outcome_stands_there_as_it_was_settled(press: Press) -> None:
    press.launch(3)
    given = [
        _settled(1, DeliveryState.ACCEPTED, WORDS),
        _settled(2, DeliveryState.DEFERRED, "451 later", due=True),
        _settled(3, DeliveryState.FAILED, "550 5.1.1 nobody"),
    ]
    with press.store.write() as connection:
        campaign = frozen_campaign(connection, 1)
        assert campaign
        assert take_batch(connection, campaign, "test", NOW)
        record_settled(connection, given)
    with press.store.read() as connection:
        columns = (Delivery.id, Delivery.state, Delivery.attempts, Delivery.doubts)
        moments = (Delivery.due_at, Delivery.settled_at)
        rows = connection.execute(
            select(*columns, *moments, Delivery.relay, Delivery.reply).order_by(Delivery.id)
        )
        assert [tuple(row) for row in rows] == [
            (1, DeliveryState.ACCEPTED, 2, 1, None, LATER, "main", WORDS),
            (2, DeliveryState.DEFERRED, 2, 1, LATER, None, "main", "451 later"),
            (3, DeliveryState.FAILED, 2, 1, None, LATER, "main", "550 5.1.1 nobody"),
        ]


def test_what_is_settled_stays_as_it_is(press: Press) -> None:
    press.launch(1)
    with press.store.write() as connection:
        campaign = frozen_campaign(connection, 1)
        assert campaign
        assert take_batch(connection, campaign, "test", NOW)
        record_settled(connection, [_settled(1, DeliveryState.ACCEPTED, "250 first")])
        record_settled(connection, [_settled(1, DeliveryState.FAILED, "550 second")])
    assert press.states() == {DeliveryState.ACCEPTED: 1}


def _settled(id_: int, state: DeliveryState, words: str, *, due: bool = False) -> Settled:
    return Settled(
        origin=1,
        id=id_,
        state=state,
        attempts=2,
        doubts=1,
        reply=words,
        relay="main",
        at=LATER,
        due_at=LATER if due else None,
    )
