"""When something was said to have happened: ISO 8601, or a day written as a file proves it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

EARLIEST = 1990
"""Before that nobody subscribed by mail; 1970-01-01 is a computer's way of saying «no date»."""

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)\s?(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)
_PARTED = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ T,]+(?:à )?(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?"
)


class MomentError(ValueError):
    """A stated date that cannot be taken, in words for the report."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A stated moment."""

    at: datetime
    assumed: bool
    """Whether the zone, or the hour too, is ours: the file gave less than an instant."""


@dataclass(slots=True)
class DayOrder:
    """Whether a file's dates like 03/04/2021 begin with the day: only its other dates can tell."""

    day_first: bool = False
    month_first: bool = False

    def see(self, text: str) -> None:
        """Learn from a date that can be read in one way only."""
        if match := _PARTED.fullmatch(text.strip()):
            self.day_first = self.day_first or int(match[1]) > 12 >= int(match[3])
            self.month_first = self.month_first or int(match[3]) > 12 >= int(match[1])

    def __str__(self) -> str:
        if self.day_first is self.month_first:
            return "mixed" if self.day_first else "not told"
        return "day first" if self.day_first else "month first"


def parse_moment(text: str, zone: ZoneInfo, order: DayOrder, now: datetime) -> Moment:
    """The moment that `text` states; raises MomentError.

    A day without an hour is its beginning, an hour without an offset is told in `zone`.
    """
    try:
        moment = _iso(text, zone) or _parted(text, zone, order)
    except MomentError:
        raise
    except (ValueError, OverflowError):  # the latter at the ends of the calendar
        raise MomentError(f"{text}: no such date") from None
    if moment is None:
        raise MomentError(f"{text[:40]}: not a date; write 2024-05-06 or 2024-05-06T10:20:30+02:00")
    if moment.at.year < EARLIEST:
        raise MomentError(f"{text}: before {EARLIEST}")
    if moment.at > now:
        raise MomentError(f"{text}: in the future")
    return moment


def _iso(text: str, zone: ZoneInfo) -> Moment | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    day, hour, offset = date.fromisoformat(match[1]), match[2], match[3]
    if hour is None:
        return Moment(_local(day, time(), zone), assumed=True)
    clock = time.fromisoformat(hour.replace(",", "."))
    if offset is None:
        return Moment(_local(day, clock, zone), assumed=True)
    stated = datetime.fromisoformat(f"{day}T{clock}{offset}")
    return Moment(stated.astimezone(UTC), assumed=False)


def _parted(text: str, zone: ZoneInfo, order: DayOrder) -> Moment | None:
    match = _PARTED.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if first <= 12 and second <= 12 and first != second and order.day_first is order.month_first:
        raise MomentError(
            f"{text}: day or month first? write {year}-{second:02}-{first:02} "
            f"or {year}-{first:02}-{second:02}"
        )
    month_first = second > 12 or (first <= 12 and order.month_first and not order.day_first)
    day = date(year, first, second) if month_first else date(year, second, first)
    clock = time(int(match[5] or 0), int(match[6] or 0), int(match[7] or 0))
    return Moment(_local(day, clock, zone), assumed=True)


def _local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
