"""The words of a calendar in config.toml: days, times of day, pauses, extra dates, cron."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale

from mailer.language import LOCALES

_TIME = re.compile(r"([01]?\d|2[0-3])[:h]([0-5]\d)")
_DAY_OF_YEAR = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? (\w+)")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
LAST_DAY = -1


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day of each month: a number (one too high means the last day; -1 the last), or a weekday.

    `weekday` counts from Monday, 0; then `number` says which one of the month, -1 the last.
    """

    number: int
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """Days without an issue: once (dates), or every year (month and day); both ends count."""

    words: str
    first: date | tuple[int, int]
    last: date | tuple[int, int]

    def has(self, day: date) -> bool:
        """Whether a day is one of them."""
        if isinstance(self.first, date) and isinstance(self.last, date):
            return self.first <= day <= self.last
        here = (day.month, day.day)
        first, last = self.first, self.last
        assert isinstance(first, tuple)
        assert isinstance(last, tuple)
        return first <= here <= last if first <= last else here >= first or here <= last


@dataclass(frozen=True, slots=True)
class Extra:
    """One more time, outside the rule; without a time of its own it takes the rule's."""

    day: date
    at: time | None


def parse_time(value: object) -> object:
    """A time of day written as 07:30."""
    if not isinstance(value, str):
        return value
    match = _TIME.fullmatch(value.strip())
    if match is None:
        raise ValueError(f"{value!r} is no time of day: write it as 07:30")
    return time(int(match[1]), int(match[2]))


def parse_days(value: object) -> object:
    """Days written as 25 December, 20 July..25 August, 2026-12-24 or 2026-12-24..2027-01-03."""
    if isinstance(value, date):
        return Days(value.isoformat(), value, value)
    if not isinstance(value, str):
        return value
    ends = [_day(part.strip(), value) for part in value.split("..")]
    if len(ends) > 2 or isinstance(ends[0], date) is not isinstance(ends[-1], date):
        raise _no_days(value)
    first, last = ends[0], ends[-1]
    if isinstance(first, date) and isinstance(last, date) and last < first:
        raise ValueError(f"{value!r} ends before it begins")
    return Days(value.strip(), first, last)


def _day(text: str, whole: str) -> date | tuple[int, int]:
    try:
        return date.fromisoformat(text)
    except ValueError:
        match = _DAY_OF_YEAR.fullmatch(text.lower())
    month = _months().get(match[2], 0) if match else 0
    if match is None or not month or not 1 <= int(match[1]) <= _LONGEST_MONTHS[month - 1]:
        raise _no_days(whole)
    return month, int(match[1])


def _no_days(value: str) -> ValueError:
    return ValueError(
        f"{value!r} are no days: write 25 December, 20 July..25 August, 2026-12-24"
        " or 2026-12-24..2027-01-03"
    )


def parse_extra(value: object) -> object:
    """One more time, written as 2026-12-23 or 2026-12-23 18:00."""
    if isinstance(value, datetime):
        return Extra(value.date(), value.time().replace(second=0, microsecond=0))
    if isinstance(value, date):
        return Extra(value, None)
    if not isinstance(value, str):
        return value
    day, _, at = value.strip().partition(" ")
    try:
        read = parse_time(at) if at else None
        assert read is None or isinstance(read, time)
        return Extra(date.fromisoformat(day), read)
    except ValueError:
        raise ValueError(f"{value!r}: write it as 2026-12-23 or 2026-12-23 18:00") from None


def weekday_of(text: str) -> int:
    """The weekday of that name, Monday being 0; raises ValueError."""
    try:
        return _weekdays()[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{text!r} is no weekday: write one like friday") from None


def day_of_month(text: str) -> DayOfMonth:
    """A day written as 15, last day, first friday or last friday; raises ValueError."""
    words = text.lower().split()
    if len(words) == 1 and words[0].isdecimal() and 1 <= int(words[0]) <= 31:
        return DayOfMonth(int(words[0]))
    if words == ["last", "day"]:
        return DayOfMonth(LAST_DAY)
    if len(words) == 2 and words[0] in ORDINALS:
        return DayOfMonth(ORDINALS[words[0]], weekday_of(words[1]))
    raise ValueError(f"{text!r} is no day of a month: write 15, last day, first friday")


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    return {name: number for number, name in _names("months")}


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, int]:
    return {name: number for number, name in _names("days")}


def _names(of: str) -> Iterable[tuple[int, str]]:
    """Every name in every language we speak."""
    for locale in LOCALES:
        forms = getattr(Locale.parse(locale), of)["format"]
        for number, name in forms["wide"].items():
            yield number, name.lower()
