"""A cron expression: minute, hour, day of the month, month, weekday (crontab(5), POSIX)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_WEEKDAYS: Final = {
    name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
}
_LONGEST_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Cron:
    """The minutes, hours and days it names; a weekday counts from Sunday, 0."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_any_day: bool
    is_any_weekday: bool

    def has(self, day: date) -> bool:
        """Whether a day is named.

        Where both a day of the month and a weekday are given, either will do, as POSIX has it.
        """
        if day.month not in self.months:
            return False
        by_day = day.day in self.days
        by_weekday = day.isoweekday() % 7 in self.weekdays
        if self.is_any_day or self.is_any_weekday:
            return by_day and by_weekday
        return by_day or by_weekday

    @property
    def times(self) -> tuple[time, ...]:
        """The times of day, in order."""
        return tuple(time(hour, minute) for hour in sorted(self.hours) for minute in self._minutes)

    @property
    def _minutes(self) -> list[int]:
        return sorted(self.minutes)


def parse_cron(value: object) -> object:
    """Five fields, as in `30 7 * * fri`; raises ValueError."""
    if not isinstance(value, str):
        return value
    fields = value.split()
    if len(fields) != 5:
        raise ValueError(
            "five fields are needed: minute, hour, day, month, weekday, as in 30 7 * * fri"
        )
    minute, hour, day, month, weekday = fields
    cron = Cron(
        text=value,
        minutes=_field("minute", minute, 0, 59, {}),
        hours=_field("hour", hour, 0, 23, {}),
        days=_field("day", day, 1, 31, {}),
        months=_field("month", month, 1, 12, _MONTHS),
        weekdays=frozenset(n % 7 for n in _field("weekday", weekday, 0, 7, _WEEKDAYS)),
        is_any_day=day.startswith("*"),
        is_any_weekday=weekday.startswith("*"),
    )
    earliest = min(cron.days)
    if cron.is_any_weekday and all(_LONGEST_MONTHS[n - 1] < earliest for n in cron.months):
        raise ValueError(f"no month of {month} has a day {day}")
    return cron


def _field(name: str, text: str, least: int, most: int, names: Mapping[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for part in text.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            if span == "*":
                start, end = least, most
            else:
                start = _number(first, names)
                end = _number(last, names) if last else most if step else start
            width = int(step) if "/" in part else 1
        except ValueError:
            raise ValueError(f"{part!r} is no {name} from {least} to {most}") from None
        if not (least <= start <= end <= most and width >= 1):
            raise ValueError(f"{part!r} is no {name} from {least} to {most}")
        found.update(range(start, end + 1, width))
    return frozenset(found)


def _number(text: str, names: Mapping[str, int]) -> int:
    return names[text] if text in names else int(text)
