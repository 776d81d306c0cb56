"""When: from a schedule's words to moments, through every change of the clocks.

A time of day that does not exist on a day, because the clocks went forward, moves forward by what
they skipped: 02:30 becomes 03:30. One that comes twice, because they went back, is the first of
the two. So each day of the rule has each of its times once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailer.config import DayOfMonth, Days, ListSettings, Schedule

_WINDOW = timedelta(days=31)
_FAR = timedelta(days=366 * 9)  # 29 February comes within eight years, also around 2100
# What a zone's offset can be, and a day that was left out (Samoa's 30 December 2011).
_EDGE = timedelta(days=3)


@dataclass(frozen=True, slots=True, order=True)
class ScheduledTime:
    """One time at which an issue is to go out, or would if the day were not a pause."""

    at: datetime
    """The moment, in UTC."""
    day: date = field(compare=False)
    """The local day and time as the schedule has them."""
    clock: time = field(compare=False)
    zone: str = field(compare=False)
    pause: str = field(default="", compare=False)
    """Why nothing goes out, in the words of the pause; or empty."""

    @property
    def local(self) -> datetime:
        """The moment as clocks of the schedule's zone show it."""
        return self.at.astimezone(ZoneInfo(self.zone))


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which clocks of a zone show that time.

    fold=0 is both of our answers at once: in a gap the offset before it (so the time moves forward
    by the gap), in an overlap the first pass (PEP 495).
    """
    return datetime.combine(day, clock, zone).astimezone(UTC)


def zone_of(mailing_list: ListSettings) -> ZoneInfo:
    """The zone that a list's schedule is told in."""
    schedule = mailing_list.schedule
    named = schedule.timezone if schedule else None
    return ZoneInfo(named) if named else mailing_list.zone


def times_between(
    mailing_list: ListSettings, after: datetime, until: datetime, pauses: Sequence[Days] = ()
) -> list[ScheduledTime]:
    """The times of a list's schedule after one moment and up to another, in order.

    `pauses` come on top of the schedule's own, and also hold for its extra dates. Times within a
    pause are here too, and say so.
    """
    schedule = mailing_list.schedule
    if schedule is None:
        return []
    zone = zone_of(mailing_list)
    found: dict[datetime, ScheduledTime] = {}
    # A time that falls upon another, or upon an extra one, is one time. Extra dates come first:
    # they are within the schedule's own pauses on purpose.
    for day, clock, own in [
        *((extra.day, extra.at or schedule.at, ()) for extra in schedule.extra),
        *((day, clock, schedule.pauses) for day, clock in _by_rule(schedule, zone, after, until)),
    ]:
        assert clock is not None
        at = moment(day, clock, zone)
        if after < at <= until:
            pause = next((days.words for days in (*pauses, *own) if days.has(day)), "")
            found.setdefault(at, ScheduledTime(at, day, clock, zone.key, pause))
    return sorted(found.values())


def times_after(
    mailing_list: ListSettings, after: datetime, pauses: Sequence[Days] = ()
) -> Iterator[ScheduledTime]:
    """The times of a list's schedule after a moment, as far as anybody will look."""
    start = after
    while start < after + _FAR:
        yield from times_between(mailing_list, start, start + _WINDOW, pauses)
        start += _WINDOW


def _by_rule(
    schedule: Schedule, zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[tuple[date, time]]:
    day = (after.astimezone(zone) - _EDGE).date()
    last = (until.astimezone(zone) + _EDGE).date()
    while day <= last:
        for clock in _clocks(schedule, day):
            yield day, clock
        day += timedelta(days=1)


def _clocks(schedule: Schedule, day: date) -> Iterable[time]:
    """The times of day that the rule has on a day."""
    if schedule.cron is not None:
        return schedule.cron.times if schedule.cron.has(day) else ()
    assert schedule.at is not None
    return (schedule.at,) if _is_day(schedule, day) else ()


def _is_day(schedule: Schedule, day: date) -> bool:
    if schedule.every == "month":
        return day == _day_in_month(schedule.day_of_month, day)
    if schedule.every == "fortnight":
        assert schedule.starting is not None
        return (day - schedule.starting).days % 14 == 0
    return day.weekday() == schedule.weekday


def _day_in_month(wanted: DayOfMonth, day: date) -> date:
    """The day that is meant, in the month of `day`."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if wanted.weekday is None:
        # A month too short for it has it on its last day: no month goes without.
        return last if wanted.number < 0 else first.replace(day=min(wanted.number, last.day))
    if wanted.number < 0:
        return last - timedelta(days=(last.weekday() - wanted.weekday) % 7)
    return first + timedelta(days=(wanted.weekday - first.weekday()) % 7 + 7 * (wanted.number - 1))
