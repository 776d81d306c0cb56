"""Patience with a relay: one timer a connection, however many messages it carries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from typing import Final

from mailer.smtp.relay import Timeouts
from mailer.smtp.table import State

_BEAT: Final = 1.0


class Watch:
    """Calls `expired` when the relay has kept us waiting too long, and `beat` about every second.

    A timer set and cancelled for each message would cost more than the protocol itself. Here a
    message only moves a deadline, a number; a slow heartbeat compares it with the clock. So a
    time-out is noticed up to one beat late, which nobody minds after five minutes.
    """

    __slots__ = (
        "_allowed",
        "_beat",
        "_beat_every",
        "_block",
        "_clock",
        "_deadline",
        "_expired",
        "_loop",
        "_size",
        "_timer",
        "_unwritten",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        timeouts: Timeouts,
        unwritten: Callable[[], int],
        expired: Callable[[], None],
        beat: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._clock = loop.time
        self._allowed = tuple(_allowance(state, timeouts) for state in State)
        self._block = timeouts.block
        self._unwritten = unwritten
        self._expired = expired
        self._beat = beat
        self._deadline = inf
        self._size = 0
        shortest = min(*self._allowed, timeouts.block)
        self._beat_every = min(_BEAT, shortest)
        self._timer: asyncio.TimerHandle | None = loop.call_later(self._beat_every, self._tick)

    def wait_for(self, state: State) -> None:
        """From now on the answer due in this state is waited for, and no longer than allowed."""
        self._size = self._unwritten()
        allowed = self._block if self._size else self._allowed[state]
        self._deadline = self._clock() + allowed

    def progress(self, state: State) -> None:
        """Looks whether a long content moves: each piece has its own time (4.5.3.2.5)."""
        if self._size and self._unwritten() != self._size:
            self.wait_for(state)

    def stop(self) -> None:
        """Ends the heartbeat; called twice it does nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._timer = self._loop.call_later(self._beat_every, self._tick)
        self._beat()
        if self._timer is not None and self._clock() >= self._deadline:
            self.stop()
            self._expired()


def _allowance(state: State, timeouts: Timeouts) -> float:
    """RFC 5321 4.5.3.2, by the question that is open."""
    match state:
        case State.MAIL | State.MAIL_ALONE:
            return timeouts.mail
        case State.RCPT | State.RCPT_ALONE | State.RCPT_VOID:
            return timeouts.rcpt
        case State.DATA | State.DATA_VOID | State.DATA_ODD:
            return timeouts.data
        case State.CONTENT | State.DOT:
            return timeouts.final
        case State.QUIT:
            return timeouts.quit
        case State.RSET | State.RSET_ALONE:
            return timeouts.command
        case _:
            return inf
