"""What time it is: aware UTC, and handed in wherever a test or a rehearsal must turn it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A clock that showed `moment` when the machine's showed `began`, at a speed of its own."""

    moment: datetime
    began: datetime
    speed: float = 1.0

    def __call__(self) -> datetime:
        """The moment it shows now, in UTC."""
        return (self.moment + (utc_now() - self.began) * self.speed).astimezone(UTC)

    def machine_time(self, span: timedelta) -> timedelta:
        """How long it takes on this machine until the clock has gone on by `span`."""
        return span / self.speed
