"""Joining and leaving a list: each step one move of the subscription and one ledger entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, insert, select, update

from mailer.address import Address
from mailer.audience.life import Event, after
from mailer.audience.people import Person, add_person, find_person, get_person, lift_suppression
from mailer.consent import (
    PERMITTING,
    REFUSING,
    Entry,
    Proof,
    newest_action,
    record,
    recorded_at,
    wording_of,
)
from mailer.keys import Keys
from mailer.store.tables import (
    Action,
    Channel,
    ConsentRecord,
    MailingList,
    Purpose,
    Subscription,
    SubscriptionStatus,
)

SAME_REQUEST = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """How a person did something: when, by which way, where, and what shows it."""

    at: datetime
    channel: Channel
    place: str
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's standing with a list, and the ledger entry it rests on."""

    id: int
    person: Person
    list_id: int
    list_key: str
    status: SubscriptionStatus
    consent_id: int


def membership(
    connection: Connection, subscription_id: int, *, locked: bool = False
) -> Membership | None:
    """The subscription of that id; `locked` until the transaction ends, where it will move."""
    return _membership(connection, Subscription.id == subscription_id, locked=locked)


def membership_of(
    connection: Connection, person: Person, list_id: int, *, locked: bool = False
) -> Membership | None:
    """A person's subscription to a list; `locked` until the transaction ends."""
    return _membership(
        connection,
        (Subscription.subscriber_id == person.id) & (Subscription.list_id == list_id),
        locked=locked,
    )


def request(
    connection: Connection,
    keys: Keys,
    address: Address,
    list_id: int,
    act: Act,
    *,
    name: str,
    locale: str,
    wording_id: int,
    share_id: str | None = None,
) -> Membership:
    """Ask to join. Nothing is mailed before the owner of the address confirms (GDPR 4(11), 7(1)).

    For a reader who is active already nothing moves: somebody else may have typed the address.
    Asking again within a day is the same request, so that the mail under way stays valid.
    """
    # Locked: two requests for one address at once are one request.
    person = find_person(connection, address, locked=True) or add_person(
        connection, keys, address, name, locale, now=act.at
    )
    found = membership_of(connection, person, list_id, locked=True)
    if found is not None and _is_asked_already(connection, found, act.at):
        return found
    status = after(found.status if found else None, Event.REQUESTED)
    consent_id = _write(connection, keys, person, list_id, Action.REQUESTED, act, wording_id)
    if found is None:
        connection.execute(
            insert(Subscription).values(
                subscriber_id=person.id,
                list_id=list_id,
                status=status,
                consent_id=consent_id,
                share_id=share_id,
                paused_until=None,
                created_at=act.at,
                changed_at=act.at,
            )
        )
    else:
        _move(connection, found, status, consent_id, act.at)
        _came_through(connection, found, share_id)
    asked = membership_of(connection, person, list_id)
    assert asked is not None
    return asked


def confirm(
    connection: Connection, keys: Keys, subscription_id: int, request_id: int, act: Act
) -> Membership | None:
    """Confirm the request of that ledger entry; again, it changes nothing.

    None where the request is no longer the person's newest word, so that an old mail cannot bring
    back somebody who has left since.
    """
    found = membership(connection, subscription_id, locked=True)
    if found is None or found.status is SubscriptionStatus.ACTIVE:
        return found
    if found.status is not SubscriptionStatus.PENDING or found.consent_id != request_id:
        return None
    wording = wording_of(connection, request_id)
    status = after(found.status, Event.CONFIRMED)
    consent_id = _write(
        connection, keys, found.person, found.list_id, Action.CONFIRMED, act, wording
    )
    _move(connection, found, status, consent_id, act.at)
    lift_suppression(connection, keys, Address.parse(found.person.address), found.list_key)
    return membership(connection, subscription_id)


def leave(connection: Connection, keys: Keys, found: Membership, act: Act) -> Membership:
    """Withdraw, at once (GDPR 7(3)); again, it changes nothing.

    Whom the operator took off the list before can still say so themselves: then no corrected
    import brings them back.
    """
    found = membership(connection, found.id, locked=True) or found
    if found.status is SubscriptionStatus.UNSUBSCRIBED and _has_refused(connection, found):
        return found
    status = after(found.status, Event.LEFT)
    consent_id = _write(connection, keys, found.person, found.list_id, Action.WITHDRAWN, act, None)
    _move(connection, found, status, consent_id, act.at)
    return Membership(found.id, found.person, found.list_id, found.list_key, status, consent_id)


def undo_leaving(
    connection: Connection, keys: Keys, subscription_id: int, withdrawal_id: int, act: Act
) -> Membership | None:
    """Take back the withdrawal of that ledger entry; again, it changes nothing.

    The person grants anew, in the words they had agreed to before. None where the withdrawal is
    no longer their newest word, or where nothing had been agreed to before it.
    """
    found = membership(connection, subscription_id, locked=True)
    if found is None or found.status is SubscriptionStatus.ACTIVE:
        return found
    newest = newest_action(connection, found.person.subject, found.list_id)
    wording = _last_agreed_wording(connection, found)
    if newest != (withdrawal_id, Action.WITHDRAWN) or wording is None:
        return None
    status = after(found.status, Event.RETURNED)
    consent_id = _write(connection, keys, found.person, found.list_id, Action.GRANTED, act, wording)
    _move(connection, found, status, consent_id, act.at)
    return membership(connection, subscription_id)


def _is_asked_already(connection: Connection, found: Membership, now: datetime) -> bool:
    if found.status is SubscriptionStatus.ACTIVE:
        return True
    asked_at = recorded_at(connection, found.consent_id)
    is_fresh = asked_at is not None and now - asked_at < SAME_REQUEST
    return found.status is SubscriptionStatus.PENDING and is_fresh


def _has_refused(connection: Connection, found: Membership) -> bool:
    newest = newest_action(connection, found.person.subject, found.list_id)
    return newest is not None and newest[1] in REFUSING


def _last_agreed_wording(connection: Connection, found: Membership) -> int | None:
    return connection.scalar(
        select(ConsentRecord.wording_id)
        .where(
            ConsentRecord.subject == found.person.subject,
            ConsentRecord.list_id == found.list_id,
            ConsentRecord.purpose == Purpose.RECEIVE,
            ConsentRecord.action.in_(PERMITTING),
        )
        .order_by(ConsentRecord.id.desc())
        .limit(1)
    )


def _write(
    connection: Connection,
    keys: Keys,
    person: Person,
    list_id: int,
    action: Action,
    act: Act,
    wording_id: int | None,
) -> int:
    return record(
        connection,
        keys,
        Entry(
            subject=person.subject,
            list_id=list_id,
            action=action,
            channel=act.channel,
            place=act.place,
            stated_at=act.at,
            proof=Proof(address=person.address, ip=act.ip, user_agent=act.user_agent),
            wording_id=wording_id,
        ),
        now=act.at,
    )


def _move(
    connection: Connection,
    found: Membership,
    status: SubscriptionStatus,
    consent_id: int,
    now: datetime,
) -> None:
    connection.execute(
        update(Subscription)
        .where(Subscription.id == found.id)
        .values(status=status, consent_id=consent_id, changed_at=now)
    )


def _came_through(connection: Connection, found: Membership, share_id: str | None) -> None:
    connection.execute(
        update(Subscription).where(Subscription.id == found.id).values(share_id=share_id)
    )


def _membership(
    connection: Connection, condition: ColumnElement[bool], *, locked: bool
) -> Membership | None:
    query = (
        select(
            Subscription.id,
            Subscription.subscriber_id,
            Subscription.list_id,
            MailingList.key,
            Subscription.status,
            Subscription.consent_id,
        )
        .join(MailingList, MailingList.id == Subscription.list_id)
        .where(condition)
    )
    if locked:
        query = query.with_for_update(of=Subscription)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    person = get_person(connection, row.subscriber_id)
    assert person is not None
    return Membership(row.id, person, row.list_id, row.key, row.status, row.consent_id)
