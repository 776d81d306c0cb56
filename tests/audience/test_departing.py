"""Many who leave at once leave as each would alone."""

from __future__ import annotations

from sqlalchemy import select

from builders import KEYS, NOW, add_readers
from mailer.address import Address
from mailer.audience import (
    Act,
    Departure,
    choose_tracking,
    find_person,
    leave,
    leave_all,
    list_id,
    membership_of,
    tracking_of,
)
from mailer.consent import wording_id
from mailer.store import Store
from mailer.store.tables import Action, Channel, ConsentRecord, Evidence, Purpose, Subscription

ACT = Act(at=NOW, channel=Channel.MAIL, place="/u", ip="192.0.2.77", user_agent="Firefox/1")


def test_each_gets_an_entry_and_who_left_or_is_unknown_gets_none(store: Store) -> None:
    addresses = add_readers(store, 4)
    with store.write() as connection:
        cafe = list_id(connection, "cafe")
        assert cafe is not None
        people = [find_person(connection, Address.parse(address)) for address in addresses]
        first = membership_of(connection, people[0], cafe) if people[0] else None
        assert first is not None
        leave(connection, KEYS, first, ACT)
        ids = [person.id for person in people if person]
        gone = [Departure(id_, cafe, ACT) for id_ in (*ids[:3], ids[2], 999_999)]
        assert leave_all(connection, KEYS, gone) == 2
        assert leave_all(connection, KEYS, gone) == 0
    with store.read() as connection:
        actions = connection.execute(
            select(ConsentRecord.subject, ConsentRecord.action).order_by(ConsentRecord.id)
        ).all()
        standing = connection.execute(
            select(Subscription.status, Subscription.consent_id).order_by(Subscription.id)
        ).all()
        evidence = connection.execute(
            select(Evidence.address, Evidence.ip_prefix, Evidence.user_agent).order_by(
                Evidence.consent_id
            )
        ).all()
    assert [action for _, action in actions] == [Action.CONFIRMED] * 4 + [Action.WITHDRAWN] * 3
    assert [status.value for status, _ in standing] == ["unsubscribed"] * 3 + ["active"]
    assert sorted(consent for _, consent in standing) == [4, 5, 6, 7]
    assert [tuple(row) for row in evidence[4:]] == [
        (address, "192.0.2.0/24", "Firefox") for address in addresses[:3]
    ]


def test_who_leaves_is_tracked_no_more(store: Store) -> None:
    addresses = add_readers(store, 2)
    with store.write() as connection:
        cafe = list_id(connection, "cafe")
        assert cafe is not None
        people = [find_person(connection, Address.parse(address)) for address in addresses]
        wording = wording_id(connection, "Mes clics aussi.", "fr", now=NOW)
        for person in people:
            reader = membership_of(connection, person, cafe) if person else None
            assert reader is not None
            choose_tracking(
                connection, KEYS, reader, {Purpose.CLICKS: wording}, [Purpose.CLICKS], ACT
            )
        assert people[0] is not None
        assert people[1] is not None
        leave_all(connection, KEYS, [Departure(people[0].id, cafe, ACT)])
        assert tracking_of(connection, people[0].subject, cafe) == frozenset()
        assert tracking_of(connection, people[1].subject, cafe) == {Purpose.CLICKS}
