"""Joining and leaving a list: each step one move of the subscription and one ledger entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from mailer.address import Address
from mailer.audience.life import Event, after
from mailer.audience.membership import Act, Membership, membership, membership_of, write_down
from mailer.audience.people import add_person, find_person, lift_suppression
from mailer.audience.tracking import (
    NO_TRACKING,
    answer_tracking,
    refuse_all_tracking,
    request_tracking,
)
from mailer.consent import PERMITTING, REFUSING, newest_action, recorded_at, wording_of
from mailer.keys import Keys
from mailer.store.tables import (
    Action,
    ConsentRecord,
    Purpose,
    Subscription,
    SubscriptionStatus,
)

SAME_REQUEST = timedelta(days=1)


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
    tracking: Mapping[Purpose, int] = NO_TRACKING,
    share_id: str | None = None,
) -> Membership:
    """Ask to join. Nothing is mailed before the owner of the address confirms (GDPR 4(11), 7(1)).

    `tracking`: the purposes that were ticked beside it, each with the wording that was shown.

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
    consent_id = write_down(
        connection, keys, person, list_id, Action.REQUESTED, act, wording_id=wording_id
    )
    request_tracking(connection, keys, person, list_id, tracking, act)
    if found is None:
        connection.execute(
            insert(Subscription).values(
                subscriber_id=person.id,
                list_id=list_id,
                status=status,
                consent_id=consent_id,
                share_id=share_id,
                paused_at=None,
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
    connection: Connection,
    keys: Keys,
    subscription_id: int,
    request_id: int,
    act: Act,
    *,
    with_tracking: bool = True,
) -> Membership | None:
    """Confirm the request of that ledger entry; again, it changes nothing.

    What was ticked with it is confirmed too, or refused where not `with_tracking`: whoever typed
    the address may not be its owner, and refusing never refuses the list (GDPR 7(4)).

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
    consent_id = write_down(
        connection, keys, found.person, found.list_id, Action.CONFIRMED, act, wording_id=wording
    )
    answer_tracking(connection, keys, found, request_id, act, is_yes=with_tracking)
    _move(connection, found, status, consent_id, act.at)
    lift_suppression(connection, keys, Address.parse(found.person.address), found.list_key)
    return membership(connection, subscription_id)


def leave(connection: Connection, keys: Keys, found: Membership, act: Act) -> Membership:
    """Withdraw, at once (GDPR 7(3)), and every tracking with it; again, it changes nothing.

    Whom the operator took off the list before can still say so themselves: then no corrected
    import brings them back.
    """
    found = membership(connection, found.id, locked=True) or found
    if found.status is SubscriptionStatus.UNSUBSCRIBED and _has_refused(connection, found):
        return found
    status = after(found.status, Event.LEFT)
    consent_id = write_down(connection, keys, found.person, found.list_id, Action.WITHDRAWN, act)
    refuse_all_tracking(connection, keys, found, act)
    _move(connection, found, status, consent_id, act.at)
    return Membership(found.id, found.person, found.list_id, found.list_key, status, consent_id)


def undo_leaving(
    connection: Connection, keys: Keys, subscription_id: int, withdrawal_id: int, act: Act
) -> Membership | None:
    """Take back the withdrawal of that ledger entry; again, it changes nothing.

    The person grants anew to receive the list, in the words they had agreed to before, and to no
    tracking. None where the withdrawal is no longer their newest word, or where nothing had been
    agreed to before it.
    """
    found = membership(connection, subscription_id, locked=True)
    if found is None or found.status is SubscriptionStatus.ACTIVE:
        return found
    newest = newest_action(connection, found.person.subject, found.list_id)
    wording = _last_agreed_wording(connection, found)
    if newest != (withdrawal_id, Action.WITHDRAWN) or wording is None:
        return None
    status = after(found.status, Event.RETURNED)
    consent_id = write_down(
        connection, keys, found.person, found.list_id, Action.GRANTED, act, wording_id=wording
    )
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
