"""Slots as the database has them: found, made, and moved on, each move written down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from mailer.scheduling.life import SlotEvent, slot_after
from mailer.store import insert_once
from mailer.store.tables import MailingList, ScheduleAct, ScheduleMark, Slot, SlotState


@dataclass(frozen=True, slots=True)
class SlotLine:
    """One slot."""

    id: int
    list_id: int
    at: datetime
    state: SlotState
    reason: str
    changed_by: str
    changed_at: datetime

    @property
    def due_since(self) -> datetime:
        """Since when it waits: its time, or when a person let it go after that."""
        return max(self.at, self.changed_at)


_COLUMNS = (
    Slot.id,
    Slot.list_id,
    Slot.at,
    Slot.state,
    Slot.reason,
    Slot.changed_by,
    Slot.changed_at,
)


def slots_between(
    connection: Connection, list_id: int | None, after: datetime, until: datetime
) -> dict[datetime, SlotLine]:
    """The slots of a list that have a row, by their time."""
    rows = connection.execute(
        select(*_COLUMNS).where(Slot.list_id == list_id, Slot.at > after, Slot.at <= until)
    )
    return {row.at: SlotLine(*row) for row in rows}


def slot_of(connection: Connection, slot_id: int, *, locked: bool = False) -> SlotLine | None:
    """The slot of that id."""
    query = select(*_COLUMNS).where(Slot.id == slot_id)
    row = connection.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else SlotLine(*row)


def let_go_late(connection: Connection, list_id: int, now: datetime) -> list[SlotLine]:
    """Slots that a person let go, or asked for, at their time or later, and that wait now."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(
            Slot.list_id == list_id,
            Slot.state == SlotState.PLANNED,
            Slot.at <= now,
            Slot.changed_at >= Slot.at,
        )
        .order_by(Slot.at)
    )
    return [SlotLine(*row) for row in rows]


def ensure_slot(
    connection: Connection, list_id: int, at: datetime, *, by: str, now: datetime
) -> SlotLine:
    """The slot of that time, made where there is none, locked until the transaction ends.

    Of many who insert it one does; the others wait here and see what became of it.
    """
    insert_once(
        connection,
        Slot,
        {
            "list_id": list_id,
            "at": at,
            "state": slot_after(None, SlotEvent.PLANNED),
            "reason": "",
            "changed_by": by,
            # One that is made after its time has been planned at least since then.
            "changed_at": min(now, at),
            "created_at": now,
        },
    )
    row = connection.execute(
        select(*_COLUMNS).where(Slot.list_id == list_id, Slot.at == at).with_for_update()
    ).one()
    return SlotLine(*row)


def move(
    connection: Connection,
    slot: SlotLine,
    event: SlotEvent,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> SlotLine:
    """Move a locked slot on, and write down who did it; raises ScheduleError."""
    state = slot_after(slot.state, event)
    connection.execute(
        update(Slot)
        .where(Slot.id == slot.id)
        .values(state=state, reason=reason, changed_by=by, changed_at=now)
    )
    note(connection, slot.list_id, event.value, by=by, now=now, reason=reason, slot_id=slot.id)
    return replace(slot, state=state, reason=reason, changed_by=by, changed_at=now)


def note(
    connection: Connection,
    list_id: int,
    act: str,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    slot_id: int | None = None,
) -> None:
    """Write down what was done with a list's schedule."""
    connection.execute(
        insert(ScheduleAct).values(
            list_id=list_id, slot_id=slot_id, act=act, made_by=by, made_at=now, reason=reason
        )
    )


def decided_until(connection: Connection, list_id: int) -> datetime | None:
    """Up to where a list's slots are decided; None before its schedule was first looked at."""
    return connection.scalar(
        select(ScheduleMark.decided_until).where(ScheduleMark.list_id == list_id)
    )


def mark_decided(connection: Connection, list_id: int, until: datetime) -> None:
    """Remember that the slots up to a moment are decided.

    A clock that went back takes the mark back with it: each slot's own row keeps it from being
    done twice.
    """
    values = {"list_id": list_id, "decided_until": until}
    if not insert_once(connection, ScheduleMark, values):
        connection.execute(
            update(ScheduleMark).where(ScheduleMark.list_id == list_id).values(decided_until=until)
        )


def list_of_slot(connection: Connection, slot_id: int) -> str | None:
    """The key of the list that a slot belongs to."""
    return connection.scalar(
        select(MailingList.key).join(Slot, Slot.list_id == MailingList.id).where(Slot.id == slot_id)
    )
