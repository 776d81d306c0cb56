"""A campaign is steered from another terminal while it runs, and its sum is always right."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Connection

from delivery.press import Press, about, to
from lying_server import RESET, Answer, Question
from mailer.campaigns import (
    CampaignError,
    CampaignEvent,
    DeliveryEvent,
    ImpossibleMoveError,
    doubtful,
    resolve_doubts,
    retry_failed,
    steer,
)
from mailer.delivery import Worker
from mailer.delivery.books import Books
from mailer.delivery.jobs import Source
from mailer.store.tables import CampaignState, DeliveryState

D = DeliveryState
# After somebody said pause or cancel nothing new leaves any more.
SILENT_AFTER_SECONDS = 1.0


def tell(press: Press, event: CampaignEvent, reason: str = "") -> CampaignState:
    with press.store.write() as connection:
        return steer(connection, 1, event, press.clock(), reason)


class Steered:
    """A relay beside which somebody says something as the nth content comes."""

    def __init__(self, press: Press, event: CampaignEvent, *, at: int) -> None:
        self.press, self.event, self.at = press, event, at
        self.told = 0.0
        self.last = 0.0

    def __call__(self, question: Question) -> Answer:
        if question.verb == "MAIL":
            self.last = time.monotonic()
        if question.verb == "." and question.nth == self.at:
            tell(self.press, self.event, "wrong link")
            self.told = time.monotonic()
        return None


def test_paused_from_elsewhere_nothing_new_leaves_and_resumed_it_goes_on(press: Press) -> None:
    press.relay = 'connections = 2\nrate = "40/s"'
    readers = press.launch(80, batch_size=20)
    relay = Steered(press, CampaignEvent.PAUSED, at=3)
    first = press.send(relay)
    assert relay.last < relay.told + SILENT_AFTER_SECONDS
    assert first.tally.halted == "the campaign was paused"
    assert press.standing() == (CampaignState.PAUSED, "wrong link")
    assert press.states() == {D.ACCEPTED: len(first.kept), D.PENDING: 80 - len(first.kept)}
    assert press.leftover_journals() == []
    assert press.send().kept == []
    assert tell(press, CampaignEvent.RESUMED) is CampaignState.SENDING
    press.relay = "connections = 2"
    second = press.send()
    assert sorted(first.recipients + second.recipients) == sorted(readers)
    assert press.standing()[0] is CampaignState.FINISHED


def test_a_slow_database_does_not_keep_a_pause_waiting(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes that cannot be written just now are no reason to send more."""
    press.relay = 'connections = 2\nrate = "40/s"'
    press.launch(80, batch_size=20)
    relay = Steered(press, CampaignEvent.PAUSED, at=3)
    stopped = threading.Event()
    record, stop = Books.record, Worker.stop

    def record_late(books: Books, done: list[tuple[Source, int]]) -> None:
        if relay.told:
            stopped.wait(10)
        record(books, done)

    def stop_and_tell(worker: Worker) -> None:
        stop(worker)
        stopped.set()

    monkeypatch.setattr(Books, "record", record_late)
    monkeypatch.setattr(Worker, "stop", stop_and_tell)
    sent = press.send(relay)
    assert relay.last < relay.told + SILENT_AFTER_SECONDS
    assert press.states() == {D.ACCEPTED: len(sent.kept), D.PENDING: 80 - len(sent.kept)}


def test_cancelled_from_elsewhere_nobody_waits_for_ever(press: Press) -> None:
    press.relay = 'connections = 2\nrate = "40/s"'
    late = press.launch(60, batch_size=20)[0]
    relay = Steered(press, CampaignEvent.CANCELLED, at=3)
    sent = press.send(lambda question: "450 later" if about(question, late) else relay(question))
    assert relay.last < relay.told + SILENT_AFTER_SECONDS
    assert sent.tally.halted == "the campaign was cancelled"
    assert press.states() == {D.ACCEPTED: len(sent.kept), D.CANCELLED: 60 - len(sent.kept)}
    assert press.send().kept == []


def test_what_is_over_is_not_steered(press: Press) -> None:
    press.launch(1)
    tell(press, CampaignEvent.CANCELLED)
    for event in (CampaignEvent.RESUMED, CampaignEvent.PAUSED, CampaignEvent.CANCELLED):
        with pytest.raises(ImpossibleMoveError):
            tell(press, event)
    with pytest.raises(CampaignError, match="there is no campaign 7"), press.store.write() as it:
        steer(it, 7, CampaignEvent.PAUSED, press.clock())


def test_failed_ones_are_tried_again_when_a_person_says_so(press: Press) -> None:
    failed, *_ = press.launch(4)
    press.send(lambda question: "550 5.3.0 no" if about(question, failed) else None)
    assert press.standing()[0] is CampaignState.FINISHED
    with press.store.write() as connection:
        assert retry_failed(connection, 1) == 1
        assert retry_failed(connection, 1) == 0
    assert press.standing()[0] is CampaignState.SENDING
    assert press.send().recipients == [failed]
    row = press.rows()[failed]
    assert (row.state, row.attempts) == (D.ACCEPTED, 2)


def test_held_doubts_wait_for_a_person_who_may_send_them_again(press: Press) -> None:
    press.delivery = 'batch_size = 4\nin_doubt = "hold"'
    lost, *_ = press.launch(4)
    first = press.send(lambda question: RESET if to(question, lost) else None)
    with press.store.read() as connection:
        (doubt,) = doubtful(connection, 1)
    assert (doubt.address, doubt.doubts, doubt.relay) == (lost, 1, "main")
    assert press.send().kept == []
    with press.store.write() as connection:
        assert resolve_doubts(connection, 1, DeliveryEvent.RESOLVED, press.clock()) == 1
    second = press.send()
    assert second.recipients == [lost]
    assert message_ids(second.kept[0].content) <= message_ids(*(one.content for one in first.kept))
    row = press.rows()[lost]
    assert (row.state, row.attempts, row.doubts) == (D.ACCEPTED, 2, 1)


def test_held_doubts_may_be_counted_as_arrived(press: Press) -> None:
    press.delivery = 'batch_size = 4\nin_doubt = "hold"'
    lost, *_ = press.launch(4)
    press.send(lambda question: RESET if to(question, lost) else None)
    with press.store.write() as connection:
        assert resolve_doubts(connection, 1, DeliveryEvent.ACCEPTED, press.clock()) == 1
    assert press.states() == {D.ACCEPTED: 4}
    assert press.send().kept == []


@pytest.mark.parametrize(
    "waits_again",
    [
        lambda connection, now: retry_failed(connection, 1),
        lambda connection, now: resolve_doubts(connection, 1, DeliveryEvent.RESOLVED, now),
    ],
    ids=["retry", "resend"],
)
def test_in_a_cancelled_campaign_nothing_waits_again(
    press: Press, waits_again: Callable[[Connection, datetime], int]
) -> None:
    press.delivery = 'batch_size = 4\nin_doubt = "hold"'
    failed, lost, *_ = press.launch(4)

    def answer(question: Question) -> Answer:
        if about(question, failed):
            return "550 5.3.0 no"
        return RESET if to(question, lost) else None

    press.send(answer)
    press.launch(1)  # one more reader: it goes on, and can be cancelled
    tell(press, CampaignEvent.CANCELLED)
    with (
        pytest.raises(CampaignError, match="campaign 1 was cancelled"),
        press.store.write() as connection,
    ):
        waits_again(connection, press.clock())
    assert press.states() == {D.ACCEPTED: 2, D.FAILED: 1, D.IN_DOUBT: 1, D.CANCELLED: 1}


def message_ids(*contents: bytes) -> set[bytes]:
    return {
        line.lower()
        for content in contents
        for line in content.split(b"\r\n")
        if line.lower().startswith(b"message-id:")
    }
