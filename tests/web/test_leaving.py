"""Leaving by the page, and the way back: at once, in one press, for thirty days."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from starlette.testclient import TestClient

from mailer.address import Address
from mailer.audience import (
    Event,
    Move,
    after,
    find_person,
    list_id,
    may_be_mailed,
    membership_of,
    move_all,
)
from mailer.consent import Entry, Proof, record
from mailer.store.tables import Action, Channel, Subscriber, Subscription
from mailer.tokens import TokenPurpose
from web.stage import Stage, letter_path

LEAVE = {"act": "leave"}


def leaving(stage: Stage, reader: int = 1) -> str:
    return f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE, reader)}"


def mailable(stage: Stage) -> set[str]:
    """Who would get the next issue."""
    with stage.store.read() as connection:
        id_ = list_id(connection, "cafe")
        assert id_ is not None
        return set(
            connection.scalars(
                select(Subscriber.address)
                .join(Subscription, Subscription.subscriber_id == Subscriber.id)
                .where(may_be_mailed(id_, "cafe", stage.clock()))
            )
        )


def test_one_press_and_the_next_send_skips_the_reader(both: Stage, on_both: TestClient) -> None:
    """GDPR 7(3)."""
    assert mailable(both) == set(both.readers)
    answer = on_both.post(leaving(both), data=LEAVE)
    assert answer.status_code == 200
    assert "Désabonnement enregistré" in answer.text
    assert mailable(both) == set(both.readers[1:])
    assert both.actions(both.readers[0]) == ["confirmed", "withdrawn"]


def test_pressed_twice_it_is_one_withdrawal_and_one_goodbye(
    stage: Stage, client: TestClient
) -> None:
    first = client.post(leaving(stage), data=LEAVE)
    second = client.post(leaving(stage), data=LEAVE)
    assert first.content == second.content
    assert stage.actions(stage.readers[0]) == ["confirmed", "withdrawn"]
    assert len(stage.letters()) == 1


def test_the_goodbye_advertises_nothing_and_holds_the_way_back(
    stage: Stage, client: TestClient
) -> None:
    client.post(leaving(stage), data=LEAVE)
    (letter,) = stage.letters()
    assert letter["To"] == stage.readers[0]
    assert letter["Auto-Submitted"] == "auto-generated"  # RFC 3834 5
    assert letter["List-Unsubscribe"] is None
    assert client.get(letter_path(letter, "undo")).status_code == 200


def test_the_way_back_in_the_mail_works_for_thirty_days_and_no_longer(
    both: Stage, on_both: TestClient
) -> None:
    on_both.post(leaving(both), data=LEAVE)
    back = letter_path(both.letters()[-1], "undo")
    both.clock.now += timedelta(days=30, seconds=1)
    assert on_both.get(back).status_code == on_both.post(back).status_code == 404
    assert both.readers[0] not in mailable(both)
    both.clock.now -= timedelta(minutes=1)
    assert "Revenir en arrière" in on_both.get(back).text
    for _ in range(2):  # it repeats harmlessly
        answer = on_both.post(back)
        assert (answer.status_code, "Heureux de vous retrouver" in answer.text) == (200, True)
    assert mailable(both) == set(both.readers)
    assert both.actions(both.readers[0]) == ["confirmed", "withdrawn", "granted"]


def test_a_grant_taken_back_names_the_words_agreed_to_before(
    stage: Stage, client: TestClient
) -> None:
    """GDPR 7(1)."""
    client.post(leaving(stage), data=LEAVE)
    client.post(letter_path(stage.letters()[-1], "undo"))
    with stage.store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT action, wording_id FROM consent_records JOIN subscribers USING (subject)"
            " WHERE address = ? ORDER BY consent_records.id",
            (stage.readers[0],),
        ).all()
    assert [action for action, _ in rows] == ["confirmed", "withdrawn", "granted"]
    assert rows[2][1] == rows[0][1] is not None


def test_the_page_itself_offers_the_way_back_for_an_hour_only(
    stage: Stage, client: TestClient
) -> None:
    """A copy gets forwarded: later only the mail, which reached the reader, brings them back."""
    client.post(leaving(stage), data=LEAVE)
    assert "/undo/" in client.get(leaving(stage)).text
    stage.clock.now += timedelta(hours=1, seconds=1)
    for answer in (client.get(leaving(stage)), client.post(leaving(stage), data=LEAVE)):
        assert "/undo/" not in answer.text
        assert f'href="/s/{stage.share_id}#subscribe"' in answer.text


def test_an_old_way_back_is_closed_by_a_newer_withdrawal(stage: Stage, client: TestClient) -> None:
    client.post(leaving(stage), data=LEAVE)
    first = letter_path(stage.letters()[-1], "undo")
    client.post(first)
    client.post(leaving(stage), data=LEAVE)
    second = letter_path(stage.letters()[-1], "undo")
    assert client.post(first).status_code == 404
    assert stage.statuses()[stage.readers[0]] == "unsubscribed"
    assert client.post(second).status_code == 200
    assert stage.statuses()[stage.readers[0]] == "active"


def test_whoever_was_taken_off_by_the_operator_can_still_say_so_themselves(
    stage: Stage, client: TestClient
) -> None:
    """Else a corrected import would bring back somebody who had pressed «unsubscribe»."""
    annul(stage, stage.readers[0])
    client.post(leaving(stage), data=LEAVE)
    assert stage.actions(stage.readers[0]) == ["confirmed", "annulled", "withdrawn"]


def annul(stage: Stage, address: str) -> None:
    """What undoing an import does."""
    with stage.store.write() as connection:
        person = find_person(connection, Address.parse(address))
        assert person is not None
        id_ = list_id(connection, "cafe") or 0
        found = membership_of(connection, person, id_)
        assert found is not None
        entry = Entry(
            subject=person.subject,
            list_id=id_,
            action=Action.ANNULLED,
            channel=Channel.ADMIN,
            place="import",
            stated_at=stage.clock(),
            proof=Proof(address=address),
        )
        consent = record(connection, stage.site.keys, entry, now=stage.clock())
        status = after(found.status, Event.ANNULLED)
        move = Move(person_id=person.id, is_new=False, status=status, consent_id=consent)
        move_all(connection, id_, [move], now=stage.clock())


def test_preferences_remember_the_language_and_nothing_else(
    both: Stage, on_both: TestClient
) -> None:
    path = f"/p/{both.token(TokenPurpose.PREFERENCES)}"
    answer = on_both.post(path, data={"locale": "en"})
    assert '<html lang="en"' in answer.text
    assert "Saved" in answer.text
    assert on_both.get(leaving(both)).text.count("Unsubscribe")
    before = both.consent_state()
    for wrong in ("xx", "fr\0", "FR", "", "en "):
        assert on_both.post(path, data={"locale": wrong}).status_code == 200
    assert both.consent_state() == before


def test_preferences_hold_a_way_out_too(stage: Stage, client: TestClient) -> None:
    path = f"/p/{stage.token(TokenPurpose.PREFERENCES)}"
    answer = client.post(path, data=LEAVE)
    assert "Désabonnement enregistré" in answer.text
    assert "/undo/" in answer.text
    assert stage.statuses()[stage.readers[0]] == "unsubscribed"
    assert "Se réabonner" in client.get(path).text
