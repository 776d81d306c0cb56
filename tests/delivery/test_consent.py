"""Who leaves gets nothing more, wherever their copy stood (GDPR 7(3))."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, update

from builders import KEYS
from delivery.press import Press, about, to
from lying_server import RESET, Answer, Question
from mailer.address import Address
from mailer.audience import (
    EVERY_LIST,
    Act,
    Membership,
    find_person,
    leave,
    list_id,
    membership_of,
    suppress,
    undo_leaving,
)
from mailer.campaigns import (
    CampaignEvent,
    DeliveryEvent,
    resolve_doubts,
    retry_failed,
    skipped_because,
    steer,
)
from mailer.delivery import worker
from mailer.store.tables import (
    CampaignState,
    Channel,
    DeliveryState,
    Subscriber,
    Subscription,
    SuppressionReason,
)

D = DeliveryState


def standing(connection: Connection, reader: str) -> Membership:
    person = find_person(connection, Address.parse(reader))
    id_ = list_id(connection, "cafe")
    assert person
    assert id_
    found = membership_of(connection, person, id_)
    assert found
    return found


def withdraw(press: Press, reader: str) -> None:
    act = Act(at=press.clock(), channel=Channel.PAGE, place="/u/")
    with press.store.write() as connection:
        leave(connection, KEYS, standing(connection, reader), act)


def complain(press: Press, reader: str) -> None:
    with press.store.write() as connection:
        suppress(
            connection,
            KEYS,
            Address.parse(reader),
            EVERY_LIST,
            SuppressionReason.COMPLAINT,
            now=press.clock(),
        )


def rest(press: Press, reader: str) -> None:
    change = {"paused_until": press.clock().replace(year=2099)}
    with press.store.write() as connection:
        found = standing(connection, reader)
        connection.execute(update(Subscription).where(Subscription.id == found.id).values(change))


def be_erased(press: Press, reader: str) -> None:
    with press.store.write() as connection:
        found = standing(connection, reader)
        connection.execute(delete(Subscription).where(Subscription.id == found.id))
        connection.execute(delete(Subscriber).where(Subscriber.id == found.person.id))


WAYS: list[tuple[str, Callable[[Press, str], None]]] = [
    ("unsubscribed", withdraw),
    ("suppressed", complain),
    ("paused", rest),
    ("erased", be_erased),
]


def test_of_a_list_where_half_left_between_launch_and_batch_nobody_gets_anything_wrong(
    press: Press,
) -> None:
    readers = press.launch(16)
    for number, reader in enumerate(readers[::2]):
        WAYS[number % 4][1](press, reader)
    sent = press.send()
    assert sent.recipients == sorted(readers[1::2])
    assert sent.tally.skipped == 8
    with press.store.read() as connection:
        assert skipped_because(connection, press.campaign) == {why: 2 for why, _ in WAYS}
    assert press.standing()[0] is CampaignState.FINISHED


def deferring(reader: str) -> Callable[[Question], Answer]:
    return lambda question: "450 4.2.1 later" if about(question, reader) else None


def failing(reader: str) -> Callable[[Question], Answer]:
    return lambda question: "550 5.3.0 no" if about(question, reader) else None


def dropping(reader: str) -> Callable[[Question], Answer]:
    return lambda question: RESET if to(question, reader) else None


@pytest.mark.parametrize("leaves", [way for _, way in WAYS[:3]], ids=[why for why, _ in WAYS[:3]])
def test_who_leaves_while_deferred_is_not_tried_again(
    press: Press, leaves: Callable[[Press, str], None]
) -> None:
    gone, stays, *_ = press.launch(4)
    answers = {gone, stays}
    press.send(
        lambda question: "450 later" if any(about(question, one) for one in answers) else None
    )
    assert press.states() == {D.DEFERRED: 2, D.ACCEPTED: 2}
    leaves(press, gone)
    press.clock.turn(hours=1)
    assert press.send().recipients == [stays]
    assert press.rows()[gone].state is D.SKIPPED
    assert press.standing()[0] is CampaignState.FINISHED


def test_who_leaves_while_in_doubt_is_not_sent_it_again(press: Press) -> None:
    press.delivery = 'batch_size = 4\nin_doubt = "hold"'
    gone, *_ = press.launch(4)
    press.send(dropping(gone))
    assert press.rows()[gone].state is D.IN_DOUBT
    withdraw(press, gone)
    with press.store.write() as connection:
        assert resolve_doubts(connection, 1, DeliveryEvent.RESOLVED, press.clock()) == 1
    assert press.send().recipients == []
    assert (press.rows()[gone].state, press.rows()[gone].doubts) == (D.SKIPPED, 1)


def test_who_leaves_while_paused_gets_nothing_when_it_goes_on(press: Press) -> None:
    gone, *others = press.launch(4)
    with press.store.write() as connection:
        steer(connection, 1, CampaignEvent.PAUSED, press.clock(), "wrong link")
    withdraw(press, gone)
    assert press.send().kept == []
    with press.store.write() as connection:
        steer(connection, 1, CampaignEvent.RESUMED, press.clock())
    assert press.send().recipients == sorted(others)


def test_who_leaves_after_a_failure_is_not_tried_again(press: Press) -> None:
    gone, *_ = press.launch(4)
    press.send(failing(gone))
    assert press.rows()[gone].state is D.FAILED
    withdraw(press, gone)
    with press.store.write() as connection:
        assert retry_failed(connection, 1) == 1
    assert press.send().recipients == []
    assert press.rows()[gone].state is D.SKIPPED


def test_who_comes_back_before_the_next_try_gets_it(press: Press) -> None:
    """The ledger's newest entry decides, not the one that the delivery was launched with."""
    back, *_ = press.launch(4)
    press.send(deferring(back))
    withdraw(press, back)
    act = Act(at=press.clock(), channel=Channel.PAGE, place="/undo/")
    with press.store.write() as connection:
        found = standing(connection, back)
        assert undo_leaving(connection, KEYS, found.id, found.consent_id, act)
    press.clock.turn(hours=1)
    assert press.send().recipients == [back]


def test_who_leaves_while_a_copy_is_to_be_sent_again_gets_no_second_one(press: Press) -> None:
    """RFC 1047: it may have arrived. In the same run, before anybody waits for anything."""
    gone, *others = press.launch(4)

    def answer(question: Question) -> Answer:
        if to(question, gone):
            withdraw(press, gone)
            return RESET
        return None

    sent = press.send(answer)
    assert sent.recipients == sorted([gone, *others])
    row = press.rows()[gone]
    assert (row.state, row.doubts, row.reply) == (D.SKIPPED, 1, "unsubscribed")
    assert press.standing()[0] is CampaignState.FINISHED


def test_who_leaves_while_a_taken_copy_waits_behind_a_rate_gets_nothing(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch may wait for hours: behind a rate, or for a relay that is down."""
    monkeypatch.setattr(worker, "FRESH_SECONDS", 0.1)
    press.relay = 'connections = 1\nrate = "4/s"'
    *others, gone = press.launch(4)

    def answer(question: Question) -> Answer:
        if to(question, others[0]):
            withdraw(press, gone)
        return None

    sent = press.send(answer)
    assert sent.recipients == sorted(others)
    assert sent.tally.skipped == 1
    assert press.rows()[gone].state is D.SKIPPED
    assert press.leftover_journals() == []
