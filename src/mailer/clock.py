"""What time it is: aware UTC, and handed in wherever a test must turn it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def ahead_by(difference: timedelta) -> Clock:
    """A clock that is ahead of this machine's by so much: a rehearsal's, or the machine's own."""
    return (lambda: utc_now() + difference) if difference else utc_now
