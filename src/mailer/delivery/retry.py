"""Whether and when a deferred message is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class TryAgain:
    """At `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No more."""

    why: str


def next_try(
    *,
    attempts: int,
    launched_at: datetime,
    now: datetime,
    first_pause: timedelta,
    limit: timedelta,
    jitter: float,
) -> TryAgain | GiveUp:
    """After `attempts` tries: when the next one is due.

    Pauses double up to six hours (RFC 5321 4.5.4.1 asks for patience); `jitter`, from 0 to 1,
    adds up to a tenth, so that readers of one server do not all come back at once.
    """
    doubled = first_pause * 2 ** min(attempts - 1, 16)
    pause = min(doubled, max(LONGEST_PAUSE, first_pause))
    at = now + pause + pause * (jitter / 10)
    if at > launched_at + limit:
        return GiveUp(f"not delivered within {_hours(limit)}")
    return TryAgain(at)


def _hours(limit: timedelta) -> str:
    return f"{limit.total_seconds() / 3600:g} h"
