"""What people decide about slots: hold, release, skip, unskip, now. Each is written down."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from mailer.audience import ensure_list, list_id
from mailer.config import ListSettings
from mailer.scheduling.agenda import agenda
from mailer.scheduling.errors import ScheduleError
from mailer.scheduling.life import SlotEvent
from mailer.scheduling.means import Means
from mailer.scheduling.pauses import pauses_of
from mailer.scheduling.rules import ScheduledTime, times_after, times_between, zone_of
from mailer.scheduling.settling import settle
from mailer.scheduling.slots import SlotLine, ensure_slot, move, slot_of, slots_between
from mailer.store.tables import SlotState

_OPEN = {
    SlotEvent.HELD: {SlotState.PLANNED},
    SlotEvent.SKIPPED: {SlotState.PLANNED, SlotState.HELD},
    SlotEvent.RELEASED: {SlotState.HELD},
    SlotEvent.UNSKIPPED: {SlotState.SKIPPED},
}
"""Which slot is meant where none is named: the first in one of these states."""


def change_slot(
    means: Means,
    list_key: str,
    named: str,
    event: SlotEvent,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> SlotLine:
    """Hold, release, skip or unskip a slot named by its local date, date and time, or not at all.

    A slot that is let go after its time is settled at once. Raises ScheduleError.
    """
    mailing_list = means.workspace.list(list_key)
    with means.store.write() as connection:
        at = _moment_of(connection, list_key, mailing_list, named, event, now)
        slot = ensure_slot(connection, ensure_list(connection, list_key), at, by=by, now=now)
        if event is SlotEvent.UNSKIPPED and at <= now:
            raise ScheduleError(
                "its time has passed", mend="`mailer schedule now` sends an issue outside the rule"
            )
        slot = move(connection, slot, event, by=by, now=now, reason=reason)
    return _if_due(means, list_key, slot, now, by=by)


def hold(means: Means, slot_id: int, *, by: str, now: datetime, reason: str = "") -> SlotLine:
    """Hold the slot of that id; raises ScheduleError where its issue has left."""
    return _change(means, slot_id, SlotEvent.HELD, by=by, now=now, reason=reason)


def release(means: Means, slot_id: int, *, by: str, now: datetime) -> SlotLine:
    """Let a held slot go, at once where its time has passed; raises ScheduleError."""
    slot = _change(means, slot_id, SlotEvent.RELEASED, by=by, now=now)
    with means.store.read() as connection:
        keys = [key for key in means.lists if list_id(connection, key) == slot.list_id]
    return _if_due(means, keys[0], slot, now, by=by) if keys else slot


def _change(
    means: Means, slot_id: int, event: SlotEvent, *, by: str, now: datetime, reason: str = ""
) -> SlotLine:
    with means.store.write() as connection:
        slot = slot_of(connection, slot_id, locked=True)
        if slot is None:
            raise ScheduleError("there is no such slot", mend="see: mailer schedule")
        return move(connection, slot, event, by=by, now=now, reason=reason)


def send_now(means: Means, list_key: str, *, by: str, now: datetime) -> SlotLine:
    """One more slot, at this moment: the next issue is launched, or held, or there is none."""
    zone = zone_of(means.workspace.list(list_key))
    at = now.replace(microsecond=0)
    local = at.astimezone(zone)
    time = ScheduledTime(at, local.date(), local.time(), zone.key)
    return settle(means, list_key, time, now, by=by)


def _if_due(means: Means, list_key: str, slot: SlotLine, now: datetime, *, by: str) -> SlotLine:
    if slot.state is not SlotState.PLANNED:
        return slot
    with means.store.read() as connection:
        seen = agenda(connection, list_key, means.workspace.list(list_key), now)
    for entry in seen.due(now):
        if entry.time.at == slot.at:
            return settle(means, list_key, entry.time, now, by=by)
    return slot


def _moment_of(
    connection: Connection,
    list_key: str,
    mailing_list: ListSettings,
    named: str,
    event: SlotEvent,
    now: datetime,
) -> datetime:
    id_ = list_id(connection, list_key)
    if not named:
        return _next(connection, id_, mailing_list, event, now)
    day, clock = _read(named)
    zone = zone_of(mailing_list)
    first = _local(day, time(), zone)
    until = _local(day, time(23, 59, 59), zone)
    times = {one.at for one in times_between(mailing_list, first, until)}
    times |= {*slots_between(connection, id_, first, until)}
    found = sorted(
        at for at in times if clock is None or at.astimezone(zone).time().replace(second=0) == clock
    )
    if len(found) == 1:
        return found[0]
    if not found:
        raise ScheduleError(f"list {list_key} has no slot on {named}", mend="see: mailer schedule")
    raise ScheduleError(
        f"list {list_key} has {len(found)} slots on {named}",
        mend=f"say which: {', '.join(f'{at.astimezone(zone):%H:%M}' for at in found)}",
    )


def _next(
    connection: Connection,
    id_: int | None,
    mailing_list: ListSettings,
    event: SlotEvent,
    now: datetime,
) -> datetime:
    wanted = _OPEN[event]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    past = datetime.min.replace(tzinfo=now.tzinfo)
    rows = slots_between(connection, id_, past, far)
    if SlotState.PLANNED not in wanted:
        for at, row in sorted(rows.items()):
            if row.state in wanted and (at > now or event is SlotEvent.RELEASED):
                return at
        raise ScheduleError(f"no slot is {next(iter(wanted))}", mend="see: mailer schedule")
    pauses = [line.days for line in pauses_of(connection, id_)]
    for scheduled in times_after(mailing_list, now, pauses):
        slot = rows.get(scheduled.at)
        if not scheduled.pause and (slot is None or slot.state in wanted):
            return scheduled.at
    raise ScheduleError("no slot lies ahead", mend="see: mailer schedule")


def _read(named: str) -> tuple[date, time | None]:
    try:
        if len(named) <= len("2026-12-04"):
            return date.fromisoformat(named), None
        moment = datetime.fromisoformat(named)
        return moment.date(), moment.time()
    except ValueError:
        raise ScheduleError(
            f"{named!r} names no slot", mend="write its date, 2026-12-04, or 2026-12-04T07:30"
        ) from None


def _local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone)
