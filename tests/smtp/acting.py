"""A transport that only remembers, and a feed that does as it is told."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from mailer.smtp import Envelope, Outcome


class Wire(asyncio.Transport):
    """What a session writes, write by write; nothing leaves the process."""

    def __init__(self) -> None:
        super().__init__()
        self.written: deque[bytes] = deque()
        self.closing = False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: Any) -> None:
        assert not self.closing
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = True


class Letters:
    """A feed of prepared envelopes; remembers what it was told, and can refuse or break."""

    def __init__(self, *envelopes: Envelope) -> None:
        self.waiting = deque(envelopes)
        self.taken: list[Envelope] = []
        self.told: list[Outcome] = []  # by settle
        self.committed: list[tuple[Outcome | None, Envelope]] = []
        self.refuse = False
        self.trouble: Exception | None = None

    def take(self) -> Envelope | None:
        if not self.waiting:
            return None
        self.taken.append(self.waiting.popleft())
        return self.taken[-1]

    def commit(self, done: Outcome | None, intent: Envelope) -> bool | None:
        if self.trouble is not None:
            raise self.trouble
        if self.refuse:
            return False
        self.committed.append((done, intent))
        return None

    def settle(self, outcome: Outcome) -> None:
        self.told.append(outcome)

    @property
    def outcomes(self) -> list[Outcome]:
        """Everything said about any envelope, whichever way."""
        return [done for done, _ in self.committed if done is not None] + self.told
