"""A list's agenda around a moment: its times, what is known of each, and when it opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailer.audience import list_id
from mailer.config import ListSettings, Schedule
from mailer.scheduling.pauses import pauses_of
from mailer.scheduling.rules import ScheduledTime, times_after, times_between, zone_of
from mailer.scheduling.slots import SlotLine, decided_until, let_go_late, slots_between
from mailer.scheduling.zones import opening, reader_zones
from mailer.store.tables import SlotState

# The first place on Earth shows a time of day up to this long before the last one.
ROUND_THE_WORLD = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Entry:
    """One time of an agenda."""

    time: ScheduledTime
    opens: datetime
    """When its issue is frozen and the first copies are due."""
    slot: SlotLine | None

    @property
    def state(self) -> SlotState:
        """Where it stands; planned where nothing was written down yet."""
        return self.slot.state if self.slot else SlotState.PLANNED

    @property
    def is_undecided(self) -> bool:
        """Whether neither a person nor the scheduler has said anything of it but that it comes."""
        return self.state is SlotState.PLANNED

    @property
    def is_open(self) -> bool:
        """Whether an issue is to go out, as far as is decided now."""
        return self.is_undecided and not self.time.pause


@dataclass(frozen=True, slots=True)
class Agenda:
    """A list's times from where they are decided to where they need no thought yet."""

    schedule: Schedule
    since: datetime | None
    """Up to here everything is decided; None where nobody looked at this schedule before."""
    entries: tuple[Entry, ...]
    next_beyond: datetime | None
    """The first time after them."""

    def due(self, now: datetime) -> list[Entry]:
        """What has opened."""
        return [entry for entry in self.entries if entry.opens <= now]

    def ahead(self, now: datetime) -> list[Entry]:
        """What has not, and is to go out."""
        return [entry for entry in self.entries if entry.opens > now and entry.is_open]

    def next_moment(self, now: datetime) -> datetime | None:
        """When something is to be done next: a proof, or an issue."""
        leads = [timedelta(0), *self.schedule.proofs]
        opens = [entry.opens for entry in self.ahead(now)]
        if self.next_beyond is not None:
            opens.append(self.next_beyond)
        return min((at - lead for at in opens for lead in leads if at - lead > now), default=None)


def agenda(
    connection: Connection, list_key: str, mailing_list: ListSettings, now: datetime
) -> Agenda:
    """The agenda of a list that has a schedule."""
    schedule = mailing_list.schedule
    assert schedule is not None
    id_ = list_id(connection, list_key)
    since = decided_until(connection, id_) if id_ is not None else None
    # A clock that was ahead for a while leaves a mark in the future: it decides nothing.
    after = min(since or now, now)
    margin = ROUND_THE_WORLD if schedule.reader_time else timedelta(0)
    until = now + max(schedule.proofs, default=timedelta(0)) + margin
    pauses = [line.days for line in pauses_of(connection, id_)]
    times = times_between(mailing_list, after, until, pauses)
    rows = slots_between(connection, id_, after, until)
    zones = reader_zones(connection, id_) if schedule.reader_time else ()
    late = let_go_late(connection, id_, now) if id_ is not None else []
    known = {time.at for time in times}
    times = [*(as_time(mailing_list, slot) for slot in late if slot.at not in known), *times]
    rows.update({slot.at: slot for slot in late})
    later = (time.at for time in times_after(mailing_list, until, pauses) if not time.pause)
    beyond = next(later, None)
    return Agenda(
        schedule,
        since,
        tuple(Entry(time, opening(time, zones), rows.get(time.at)) for time in sorted(times)),
        beyond - margin if beyond else None,
    )


def as_time(mailing_list: ListSettings, slot: SlotLine) -> ScheduledTime:
    """The time of a slot, whether or not a rule has it still."""
    zone = zone_of(mailing_list)
    local = slot.at.astimezone(zone)
    return ScheduledTime(slot.at, local.date(), local.time(), zone.key)
