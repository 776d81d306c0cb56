"""How fast we may go: a token bucket."""

from __future__ import annotations


class Pace:
    """At most `per_second` messages, with no more than one second's worth saved up."""

    def __init__(self, per_second: float | None, *, now: float) -> None:
        self._rate = per_second
        self._burst = max(1.0, per_second or 0.0)
        self._tokens = 1.0
        self._at = now

    def wait(self, now: float) -> float:
        """Take leave for one message: 0.0 when it may go now, else the seconds to wait for it."""
        if self._rate is None:
            return 0.0
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self._rate
