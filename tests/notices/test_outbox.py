"""A notice has one cause and is sent once, before any campaign; then its text is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from builders import NOW
from delivery.press import Press
from lying_server import RESET
from mailer.audience import ensure_list
from mailer.notices import Outgoing, count_open, enqueue, next_notice_due, take_notices
from mailer.store import Store
from mailer.store.tables import LegalBasis, Notice, NoticeKind, NoticeState


@pytest.fixture
def press(tmp_path: Path, database_url: str) -> Iterator[Press]:
    store = Store(database_url)
    yield Press(tmp_path, store, database_url)
    store.close()


def notice(
    connection: Connection, cause: str, *, to: str = "anne@b.example", list_key: str = "cafe"
) -> Outgoing:
    return Outgoing(
        kind=NoticeKind.CONFIRMATION,
        legal_basis=LegalBasis.INTEREST,
        cause=cause,
        list_id=ensure_list(connection, list_key),
        sender="cafe@cafe.example",
        recipient=to,
        content=f"Subject: {cause}\r\nMessage-ID: <{cause}@x>\r\n\r\nBonjour\r\n".encode(),
    )


def write(
    store: Store, cause: str, *, to: str = "anne@b.example", list_key: str = "cafe", at: int = 0
) -> bool:
    with store.write() as connection:
        written = notice(connection, cause, to=to, list_key=list_key)
        return enqueue(connection, written, now=NOW + timedelta(minutes=at))


def standing(store: Store) -> list[tuple[str, str, bool, int, int]]:
    with store.read() as connection:
        rows = connection.execute(select(Notice).order_by(Notice.id)).all()
        return [(r.cause, r.state, r.content is None, r.attempts, r.doubts) for r in rows]


def test_a_cause_is_told_once(store: Store) -> None:
    assert write(store, "confirm:1")
    assert not write(store, "confirm:1", to="other@b.example")
    assert write(store, "confirm:2")
    with store.read() as connection:
        assert count_open(connection) == 2


def test_a_notice_stands_or_falls_with_what_causes_it(store: Store) -> None:
    def failing() -> None:
        with store.write() as connection:
            enqueue(connection, notice(connection, "confirm:1"), now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        failing()
    assert standing(store) == []


def test_the_oldest_go_first_and_only_those_of_the_lists_asked_for(store: Store) -> None:
    for number in (3, 1, 2):
        write(store, f"n{number}", at=number)
    write(store, "elsewhere", list_key="letter")
    with store.write() as connection:
        now = NOW + timedelta(hours=1)
        assert next_notice_due(connection, ["cafe"]) == NOW + timedelta(minutes=1)
        first = take_notices(connection, "w1", ["cafe"], now, limit=2)
        second = take_notices(connection, "w2", ["cafe"], now)
        assert take_notices(connection, "w3", ["cafe"], now) == []
    assert {each.content[9:11] for each in first} == {b"n1", b"n2"}
    assert [each.content[9:11] for each in second] == [b"n3"]


def test_a_notice_leaves_before_any_copy_and_its_text_is_erased(press: Press) -> None:
    write(press.store, "confirm:1")
    press.launch(3)
    sent = press.send()
    recipients = [line for line in sent.heard if line.startswith("RCPT")]
    assert "anne@b.example" in recipients[0]
    assert len(sent.kept) == 4
    assert standing(press.store) == [("confirm:1", NoticeState.ACCEPTED, True, 1, 0)]


def test_a_notice_is_deferred_and_tried_again_until_it_is_given_up(press: Press) -> None:
    write(press.store, "confirm:1")
    press.launch(1)
    press.send(lambda question: "450 later" if "anne@" in question.line else None)
    assert standing(press.store) == [("confirm:1", NoticeState.DEFERRED, False, 1, 0)]
    assert press.send().kept == []
    press.clock.turn(hours=1)
    assert press.send().recipients == ["anne@b.example"]
    assert standing(press.store) == [("confirm:1", NoticeState.ACCEPTED, True, 2, 0)]


def test_a_notice_in_doubt_is_sent_again_under_its_name(press: Press) -> None:
    write(press.store, "confirm:1")
    press.launch(1)
    sent = press.send(
        lambda question: RESET if question.verb == "." and question.nth == 1 else None
    )
    assert sent.recipients.count("anne@b.example") == 2
    assert standing(press.store) == [("confirm:1", NoticeState.ACCEPTED, True, 2, 1)]


def test_a_notice_that_can_never_arrive_is_given_up_after_two_days(press: Press) -> None:
    write(press.store, "confirm:1")
    press.launch(1)
    press.clock.turn(hours=49)
    press.send(lambda question: "450 later" if "anne@" in question.line else None)
    assert standing(press.store) == [("confirm:1", NoticeState.FAILED, True, 1, 0)]
