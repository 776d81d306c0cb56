"""A slot whose time has come: launched, closed as empty, or held for a person.

The issue is read and compiled first, outside any transaction. Then slot, campaign and audience are
written in one: whoever moves the slot on from planned launches, and everybody else finds it moved.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailer.audience import ensure_list
from mailer.campaigns import launch
from mailer.config import Schedule
from mailer.errors import MailerError
from mailer.scheduling.choosing import stock_of
from mailer.scheduling.examining import Faulty, Nothing, Sound, Verdict, examine
from mailer.scheduling.life import SlotEvent
from mailer.scheduling.means import SERVICE, Means
from mailer.scheduling.rules import ScheduledTime
from mailer.scheduling.slots import SlotLine, ensure_slot, move
from mailer.scheduling.telling import tell
from mailer.scheduling.zones import due_in
from mailer.store.tables import SlotState


class _SentMeanwhileError(MailerError):
    """Somebody launched the same issue since it was chosen."""


def settle(
    means: Means, list_key: str, time: ScheduledTime, now: datetime, *, by: str = SERVICE
) -> SlotLine:
    """Do what a slot's time asks for, once; returns how it stands then."""
    while True:
        with means.store.read() as connection:
            choice = stock_of(means.workspace, connection, list_key).choice(time.day)
        verdict = examine(means, choice)
        try:
            with means.store.write() as connection:
                slot = _settle(connection, means, list_key, time, verdict, now, by)
                tell(connection, means, list_key, slot, choice.issue, now=now)
                return slot
        except _SentMeanwhileError:
            continue  # then the next issue is the lowest


def _settle(
    connection: Connection,
    means: Means,
    list_key: str,
    time: ScheduledTime,
    verdict: Verdict,
    now: datetime,
    by: str,
) -> SlotLine:
    list_id = ensure_list(connection, list_key)
    slot = ensure_slot(connection, list_id, time.at, by=by, now=now)
    if slot.state is not SlotState.PLANNED:
        return slot
    schedule = means.workspace.list(list_key).schedule
    assert schedule is not None
    if isinstance(verdict, Nothing):
        return move(connection, slot, SlotEvent.FOUND_EMPTY, by=by, now=now, reason=verdict.why)
    if isinstance(verdict, Faulty):
        return move(connection, slot, SlotEvent.HELD, by=by, now=now, reason=verdict.why)
    if why := lateness(slot, schedule, now):
        return move(connection, slot, SlotEvent.HELD, by=by, now=now, reason=why)
    _launch(connection, means, slot, verdict, schedule, time, now)
    return move(connection, slot, SlotEvent.LAUNCHED, by=by, now=now)


def lateness(slot: SlotLine, schedule: Schedule, now: datetime) -> str:
    """Why it is too late to go out by itself; empty while it is not."""
    late = now - slot.due_since
    return f"{_in_words(late)} late" if late > schedule.grace else ""


def _in_words(length: timedelta) -> str:
    hours, rest = divmod(int(length.total_seconds()), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min"


def _launch(
    connection: Connection,
    means: Means,
    slot: SlotLine,
    verdict: Sound,
    schedule: Schedule,
    time: ScheduledTime,
    now: datetime,
) -> None:
    launched = launch(
        connection,
        verdict.prepared.plan(means.workspace.settings.delivery.batch_size),
        share_id=secrets.token_urlsafe(9),
        now=now,
        slot_id=slot.id,
        due_in=due_in(time) if schedule.reader_time else None,
    )
    if not launched.is_new:
        raise _SentMeanwhileError("the issue was launched a moment ago")
