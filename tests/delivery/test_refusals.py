"""Refusals: tried again until it is old news, and followed by what they say of whom."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from builders import NOW
from delivery.press import Press, about
from lying_server import Answer, Question
from mailer.delivery.retry import LONGEST_PAUSE, GiveUp, TryAgain, next_try
from mailer.store.tables import CampaignState, DeliveryState, Suppression

D = DeliveryState


def suppressed(press: Press) -> int:
    with press.store.read() as connection:
        return len(connection.execute(select(Suppression)).all())


@given(
    attempts=st.integers(1, 40),
    minutes=st.integers(1, 24 * 60),
    hours=st.integers(1, 100),
    age=st.integers(0, 200),
    jitter=st.floats(0, 1),
)
def test_a_pause_doubles_up_to_six_hours_and_ends_with_the_limit(
    attempts: int, minutes: int, hours: int, age: int, jitter: float
) -> None:
    first, now = timedelta(minutes=minutes), NOW + timedelta(hours=age)
    decision = next_try(
        attempts=attempts,
        launched_at=NOW,
        now=now,
        first_pause=first,
        limit=timedelta(hours=hours),
        jitter=jitter,
    )
    least = min(first * 2 ** min(attempts - 1, 16), max(LONGEST_PAUSE, first))
    if isinstance(decision, TryAgain):
        assert least <= decision.at - now <= least * 1.1 + timedelta(seconds=1)
        assert decision.at <= NOW + timedelta(hours=hours)
    else:
        assert now + least * 1.1 + timedelta(seconds=1) > NOW + timedelta(hours=hours)
        assert decision.why == f"not delivered within {hours} h"
    assert isinstance(decision, TryAgain | GiveUp)


def test_a_deferred_copy_is_tried_when_due_and_given_up_at_the_limit(sqlite_press: Press) -> None:
    press = sqlite_press
    press.delivery = 'retry_after = "15min"\nretry_for = "48h"'
    late, *_ = press.launch(3)

    def answer(question: Question) -> Answer:
        return "450 4.2.2 mailbox is full" if about(question, late) else None

    tries, last = 0, press.clock()
    while (row := press.rows()[late]).state is not D.FAILED:
        assert tries < 30
        press.send(answer)
        tries += 1
        row = press.rows()[late]
        if row.state is D.DEFERRED:
            assert row.due_at
            assert row.attempts == tries
            assert press.send(answer).kept == []  # nothing is due yet
            last, press.clock.now = press.clock(), row.due_at
    assert press.clock() - NOW <= timedelta(hours=48)
    assert press.clock() - last <= LONGEST_PAUSE * 1.1
    assert tries == row.attempts
    assert row.reply == "not delivered within 48 h; last answer: 450 4.2.2 mailbox is full"
    assert press.standing()[0] is CampaignState.FINISHED


def test_old_news_is_tried_no_longer(press: Press) -> None:
    press.mailing_list = 'expires_after = "1h"'
    late, *_ = press.launch(2)

    def answer(question: Question) -> Answer:
        return "450 later" if about(question, late) else None

    press.send(answer)
    press.clock.turn(minutes=17)
    press.send(answer)
    assert press.rows()[late].state is D.DEFERRED
    press.clock.turn(minutes=35)
    press.send(answer)
    row = press.rows()[late]
    assert (row.state, row.reply) == (D.FAILED, "not delivered within 1 h; last answer: 450 later")


def test_a_dead_address_is_suppressed_at_once_and_another_refusal_is_not(press: Press) -> None:
    dead, policy, hard, *_ = press.launch(30, batch_size=30)
    answers = {dead: "550 5.1.1 nobody", policy: "550 5.7.1 spam", hard: "550 5.3.0 no"}

    def answer(question: Question) -> Answer:
        return next((words for who, words in answers.items() if about(question, who)), None)

    press.send(answer)
    assert press.states() == {D.ACCEPTED: 27, D.FAILED: 3}
    assert suppressed(press) == 1
    (row,) = [row for row in press.rows().values() if row.reply == "550 5.1.1 nobody"]
    assert row.id == press.rows()[dead].id


def test_many_refusals_by_policy_in_a_row_pause_the_campaign_with_the_servers_words(
    press: Press,
) -> None:
    press.launch(60, batch_size=60)
    sent = press.send(
        lambda question: "550 5.7.1 blocked, see https://relay.example" if _is(question) else None
    )
    state, reason = press.standing()
    assert state is CampaignState.PAUSED
    assert reason == "20 refusals by policy in a row: 550 5.7.1 blocked, see https://relay.example"
    assert sent.tally.halted == reason
    assert suppressed(press) == 0
    assert press.states()[D.FAILED] < 30


def test_the_brake_pauses_before_anybody_is_suppressed(press: Press) -> None:
    """Too many of the first hundred: the list is wrong, or the server is."""
    readers = press.launch(140, batch_size=140)
    refused = set(readers[::10])

    def answer(question: Question) -> Answer:
        if any(about(question, one) for one in refused):
            return "550 5.1.1 nobody"
        return None

    press.send(answer)
    state, reason = press.standing()
    assert state is CampaignState.PAUSED
    assert "% of 1" in reason
    assert reason.endswith("addresses refused, last: 550 5.1.1 nobody")
    assert suppressed(press) == 0


def test_a_domain_that_refuses_everybody_pauses_the_campaign(press: Press) -> None:
    press.launch(60, batch_size=60)
    press.send(lambda question: "550 5.1.1 nobody" if _is(question) else None)
    state, reason = press.standing()
    assert (state, reason) == (
        CampaignState.PAUSED,
        "courrier.example refuses everybody: 550 5.1.1 nobody",
    )
    assert suppressed(press) == 0


def _is(question: Question) -> bool:
    return question.verb == "RCPT"
