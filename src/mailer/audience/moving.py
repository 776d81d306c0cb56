"""A reader's address changes: asked on a page, confirmed at the new one, taken back at the old."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from mailer.address import Address
from mailer.audience.people import Person, find_person, get_person
from mailer.keys import Keys
from mailer.store.tables import AddressChange, Subscriber

CHANGE_FOR = timedelta(days=2)
CHANGE_BACK_FOR = timedelta(days=30)


def ask_to_move(connection: Connection, person: Person, new: Address, now: datetime) -> int:
    """Note where a reader wants to be written to; returns what the link to confirm names."""
    inserted = connection.execute(
        insert(AddressChange)
        .values(subscriber_id=person.id, address=str(new), asked_at=now, done_at=None)
        .returning(AddressChange.id)
    )
    return inserted.scalar_one()


def wanted_address(connection: Connection, change_id: int, now: datetime) -> Address | None:
    """Where a reader would be written to; None where it is done, or was asked too long ago."""
    row = connection.execute(
        select(AddressChange.address).where(
            AddressChange.id == change_id,
            AddressChange.done_at.is_(None),
            AddressChange.asked_at > now - CHANGE_FOR,
        )
    ).one_or_none()
    return None if row is None else Address.parse(row.address)


def mover(connection: Connection, change_id: int) -> Person | None:
    """Whose change of address that is."""
    id_ = connection.scalar(
        select(AddressChange.subscriber_id).where(AddressChange.id == change_id)
    )
    return None if id_ is None else get_person(connection, id_)


def move(connection: Connection, keys: Keys, change_id: int, now: datetime) -> bool:
    """Write to the new address from now on; False where it is somebody else's already."""
    new = wanted_address(connection, change_id, now)
    person = mover(connection, change_id)
    if new is None or person is None or not _rewrite(connection, keys, person, new, now):
        return False
    connection.execute(
        update(AddressChange)
        .where(AddressChange.id == change_id)
        .values(address=person.address, done_at=now)
    )
    return True


def may_move_back(connection: Connection, change_id: int, now: datetime) -> bool:
    """Whether a change is done, and young enough to be taken back."""
    done_at = connection.scalar(select(AddressChange.done_at).where(AddressChange.id == change_id))
    return done_at is not None and now - done_at <= CHANGE_BACK_FOR


def move_back(connection: Connection, keys: Keys, change_id: int, now: datetime) -> bool:
    """Write to the old address again; pressed twice, it is there already."""
    person = mover(connection, change_id)
    if person is None or not may_move_back(connection, change_id, now):
        return False
    old = connection.scalars(
        select(AddressChange.address).where(AddressChange.id == change_id)
    ).one()
    return _rewrite(connection, keys, person, Address.parse(old), now)


def _rewrite(
    connection: Connection, keys: Keys, person: Person, new: Address, now: datetime
) -> bool:
    holder = find_person(connection, new, locked=True)
    if holder is not None and holder.id != person.id:
        return False
    connection.execute(
        update(Subscriber)
        .where(Subscriber.id == person.id)
        .values(
            address=str(new),
            address_key=new.key,
            address_digest=keys.address_digest(new.key),
            updated_at=now,
        )
    )
    return True
