"""How fast we may go: a token bucket for seconds, sliding windows for hours and days.

Times are seconds of a clock that only moves forward; every limit is in messages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol


class Limit(Protocol):
    """One limit: says how long to wait, and is told when a message goes."""

    def wait(self, now: float) -> float:
        """0.0 when a message may go now, else the seconds until one may."""
        ...

    def note(self, now: float) -> None:
        """A message goes now."""
        ...


class Bucket:
    """At most `per_second` messages, with no more than one second's worth saved up."""

    def __init__(self, per_second: float, *, now: float) -> None:
        self._rate = per_second
        self._burst = max(1.0, per_second)
        self._tokens = 1.0
        self._at = now

    def wait(self, now: float) -> float:
        """The seconds until a whole token is there."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        # A nanosecond's worth short is there: floating point never quite adds up.
        return max(0.0, (1.0 - self._tokens) / self._rate) if self._tokens < 1.0 - 1e-9 else 0.0

    def note(self, now: float) -> None:
        """Take one token; `wait` was asked just before."""
        self._tokens -= 1.0


class Window:
    """At most `limit()` messages in any `span` seconds, counted in sixtieths of the span."""

    def __init__(
        self, limit: Callable[[], int], span: float, *, used: int = 0, now: float = 0.0
    ) -> None:
        self._limit = limit
        self._span = span
        self._width = span / 60
        self._counts: deque[list[float]] = deque()
        self._sum = 0
        if used:
            # What went before we began counts as if it had gone just now: too careful, never less.
            self._counts.append([now, used])
            self._sum = used

    def wait(self, now: float) -> float:
        """The seconds until the oldest part of the window has passed."""
        while self._counts and self._counts[0][0] <= now - self._span - self._width:
            self._sum -= int(self._counts.popleft()[1])
        if self._sum < self._limit():
            return 0.0
        return self._counts[0][0] + self._span + self._width - now if self._counts else self._width

    def note(self, now: float) -> None:
        """Count one message."""
        if self._counts and now - self._counts[-1][0] < self._width:
            self._counts[-1][1] += 1
        else:
            self._counts.append([now, 1])
        self._sum += 1


class Pace:
    """Several limits at once."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = tuple(limits)

    def wait(self, now: float) -> float:
        """Take leave for one message: 0.0 when it goes now, else the seconds to wait for it."""
        if not self._limits:
            return 0.0
        wait = max(limit.wait(now) for limit in self._limits)
        if wait == 0.0:
            for limit in self._limits:
                limit.note(now)
        return wait
