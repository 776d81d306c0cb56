"""The next slots, and what goes out in each as things stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection

from mailer.audience import list_id
from mailer.campaigns import slug_of
from mailer.config import ListSettings
from mailer.scheduling.agenda import Entry, as_time
from mailer.scheduling.choosing import Stock, stock_of
from mailer.scheduling.means import Means
from mailer.scheduling.pauses import pauses_of
from mailer.scheduling.rules import times_after
from mailer.scheduling.slots import slots_between
from mailer.scheduling.zones import opening, reader_zones
from mailer.store.tables import SlotState

# How far back a held slot still waits to be seen.
_LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Forecast:
    """One slot, as things stand."""

    list_key: str
    at: datetime
    opens: datetime
    """When the first copies are due: earlier than `at` only in the readers' own time zones."""
    local: datetime
    state: str
    """A slot's state, or paused."""
    issue: str
    """The issue's slug; empty where none goes out."""
    why: str
    by: str
    """Who held or skipped it."""


def forecast(means: Means, list_key: str, now: datetime, count: int) -> list[Forecast]:
    """What is held of a list, then its next `count` slots."""
    mailing_list = means.workspace.list(list_key)
    with means.store.read() as connection:
        stock = stock_of(means.workspace, connection, list_key)
        entries = _entries(connection, list_key, mailing_list, now, count)
    lines: list[Forecast] = []
    taken: list[int] = []
    for entry in entries:
        line, number = _line(list_key, entry, stock, taken)
        taken += number
        lines.append(line)
    return lines


def _entries(
    connection: Connection, list_key: str, mailing_list: ListSettings, now: datetime, count: int
) -> list[Entry]:
    id_ = list_id(connection, list_key)
    pauses = [line.days for line in pauses_of(connection, id_)]
    schedule = mailing_list.schedule
    zones = reader_zones(connection, id_) if schedule and schedule.reader_time else ()
    ahead = list(islice(times_after(mailing_list, now, pauses), count))
    until = ahead[-1].at if ahead else now
    rows = slots_between(connection, id_, now - _LOOK_BACK, until)
    waiting = [
        as_time(mailing_list, row)
        for row in rows.values()
        if row.at <= now and row.state in {SlotState.HELD, SlotState.PLANNED}
    ]
    times = sorted([*waiting, *ahead])
    return [Entry(time, opening(time, zones), rows.get(time.at)) for time in times]


def _line(
    list_key: str, entry: Entry, stock: Stock, taken: list[int]
) -> tuple[Forecast, list[int]]:
    """The slot in words, and the number of the issue it takes from the slots after it."""
    slot = entry.slot
    state = "paused" if entry.time.pause and entry.is_undecided else entry.state.value
    issue, why, number = "", entry.time.pause or (slot.reason if slot else ""), list[int]()
    if state in {SlotState.PLANNED, SlotState.HELD}:
        choice = stock.choice(entry.time.day, taken)
        why = why or choice.why
        if choice.issue is not None:
            issue, number = slug_of(choice.issue), [choice.issue.number]
        elif state == SlotState.PLANNED:
            state = "no issue"
    by = slot.changed_by if slot and slot.state is not SlotState.PLANNED else ""
    line = Forecast(list_key, entry.time.at, entry.opens, entry.time.local, state, issue, why, by)
    return line, number
