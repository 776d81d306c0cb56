"""Joining takes two steps and leaving one; the ledger's newest word decides, whatever files say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from builders import KEYS, NOW, add_readers
from mailer.address import Address
from mailer.audience import (
    EVERY_LIST,
    Act,
    Membership,
    confirm,
    ensure_list,
    find_person,
    leave,
    membership_of,
    request,
    suppress,
    undo_leaving,
)
from mailer.campaigns import count_readers
from mailer.consent import Entry, Proof, record, wording_id
from mailer.store import Store
from mailer.store.tables import (
    Action,
    Channel,
    ConsentRecord,
    SubscriptionStatus,
    Suppression,
    SuppressionReason,
)

ANNE = Address.parse("Anne@B.example")
ACT = Act(at=NOW, channel=Channel.PAGE, place="/", ip="192.0.2.77", user_agent="Firefox/1")
S = SubscriptionStatus


def later(**by: float) -> Act:
    return replace(ACT, at=NOW + timedelta(**by))


def ask(connection: Connection, act: Act = ACT, address: Address = ANNE) -> Membership:
    return request(
        connection,
        KEYS,
        address,
        ensure_list(connection, "cafe"),
        act,
        name="Anne",
        locale="fr",
        wording_id=wording_id(connection, "Oui.", "fr", now=act.at),
    )


def mailable(connection: Connection) -> int:
    return count_readers(connection, ensure_list(connection, "cafe"), "cafe", NOW)


def actions(connection: Connection) -> list[Action]:
    return list(connection.scalars(select(ConsentRecord.action).order_by(ConsentRecord.id)))


def test_nobody_is_mailed_before_they_confirm(store: Store) -> None:
    with store.write() as connection:
        asked = ask(connection)
        assert (asked.status, mailable(connection)) == (S.PENDING, 0)
        joined = confirm(connection, KEYS, asked.id, asked.consent_id, later(hours=1))
        assert joined
        assert (joined.status, mailable(connection)) == (S.ACTIVE, 1)
        assert confirm(connection, KEYS, asked.id, asked.consent_id, later(hours=2)) == joined
        assert actions(connection) == [Action.REQUESTED, Action.CONFIRMED]


def test_asking_again_within_a_day_is_the_same_request(store: Store) -> None:
    with store.write() as connection:
        first = ask(connection)
        again = ask(connection, later(hours=23), Address.parse("aNNe@b.EXAMPLE"))
        assert again == first
        third = ask(connection, later(hours=25))
        assert third.consent_id != first.consent_id
        assert confirm(connection, KEYS, first.id, first.consent_id, later(hours=26)) is None
        assert confirm(connection, KEYS, third.id, third.consent_id, later(hours=26))


def test_an_old_mail_does_not_bring_back_who_has_left_since(store: Store) -> None:
    with store.write() as connection:
        asked = ask(connection)
        joined = confirm(connection, KEYS, asked.id, asked.consent_id, ACT)
        assert joined
        gone = leave(connection, KEYS, joined, later(days=1))
        assert (gone.status, mailable(connection)) == (S.UNSUBSCRIBED, 0)
        assert confirm(connection, KEYS, asked.id, asked.consent_id, later(days=2)) is None
        assert leave(connection, KEYS, gone, later(days=2)).consent_id == gone.consent_id
        assert mailable(connection) == 0


def test_leaving_can_be_taken_back_until_something_else_was_said(store: Store) -> None:
    with store.write() as connection:
        asked = ask(connection)
        joined = confirm(connection, KEYS, asked.id, asked.consent_id, ACT)
        assert joined
        gone = leave(connection, KEYS, joined, later(days=1))
        back = undo_leaving(connection, KEYS, gone.id, gone.consent_id, later(days=2))
        assert back
        assert (back.status, mailable(connection)) == (S.ACTIVE, 1)
        again = leave(connection, KEYS, back, later(days=3))
        assert undo_leaving(connection, KEYS, gone.id, gone.consent_id, later(days=4)) is None
        assert (again.status, mailable(connection)) == (S.UNSUBSCRIBED, 0)


def test_the_order_of_the_ledger_decides_not_the_date_that_is_stated(store: Store) -> None:
    (reader,) = add_readers(store, 1)
    with store.write() as connection:
        list_id = ensure_list(connection, "cafe")
        person = find_person(connection, Address.parse(reader))
        assert person
        record(
            connection,
            KEYS,
            Entry(
                subject=person.subject,
                list_id=list_id,
                action=Action.WITHDRAWN,
                channel=Channel.IMPORT,
                place="old.csv",
                stated_at=NOW - timedelta(days=3650),
                proof=Proof(address=reader),
            ),
            now=NOW,
        )
        found = membership_of(connection, person, list_id)
        assert found
        assert found.status is S.ACTIVE  # and yet:
        assert mailable(connection) == 0


@pytest.mark.parametrize("scope", [EVERY_LIST, "cafe"])
def test_a_suppression_is_lifted_by_its_owners_confirmed_sign_up_alone(
    store: Store, scope: str
) -> None:
    with store.write() as connection:
        suppress(connection, KEYS, ANNE, scope, SuppressionReason.BOUNCE, now=NOW)
        suppress(connection, KEYS, ANNE, scope, SuppressionReason.COMPLAINT, now=NOW)
        asked = ask(connection)
        assert len(connection.scalars(select(Suppression.id)).all()) == 1
        assert confirm(connection, KEYS, asked.id, asked.consent_id, later(hours=1))
        assert connection.scalars(select(Suppression.id)).all() == []
        assert mailable(connection) == 1


def test_a_suppression_holds_no_address(store: Store) -> None:
    with store.write() as connection:
        suppress(connection, KEYS, ANNE, EVERY_LIST, SuppressionReason.BOUNCE, now=NOW)
        row = connection.execute(select(Suppression)).one()
    assert "anne" not in str(tuple(row)).lower()
