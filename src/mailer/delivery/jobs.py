"""What a worker sends: messages of campaigns and notices, as jobs from sources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from mailer.delivery.batches import Recipient
from mailer.notices import WaitingNotice
from mailer.smtp import Envelope


@dataclass(slots=True, eq=False)
class Job:
    """One message that is ours to send."""

    source: Source
    batch: int
    id: int
    """The delivery's or the notice's."""
    message: Recipient | WaitingNotice
    doubts: int
    tries: int = 0
    setbacks: int = 0
    """How often its connection ended before it was settled, in this run."""
    asked_at: float = -math.inf
    """When it was last known that its reader may have it, on the event loop's clock."""
    journalled: bool = False
    """Whether an intent without an outcome stands in the journal."""

    @property
    def domain(self) -> str:
        """The recipient's domain."""
        message = self.message
        address = message.recipient if isinstance(message, WaitingNotice) else message.address
        return address.rpartition("@")[2]


class Source(Protocol):
    """Where jobs come from; its methods with a connection run in a writing transaction."""

    skipped: int
    """Readers who left between launch and sending."""

    @property
    def origin(self) -> int:
        """The campaign, or 0 for notices."""
        ...

    @property
    def launched_at(self) -> datetime | None:
        """Since when its messages are under way; None where each has its own beginning."""
        ...

    @property
    def retry_for(self) -> timedelta | None:
        """How long its messages are worth trying; None: as long as any."""
        ...

    @property
    def urgent_lists(self) -> Sequence[str]:
        """The lists whose notices it brings; none for a campaign."""
        ...

    def take(self, connection: Connection, worker: str, now: datetime) -> tuple[int, list[Job]]:
        """The number of a batch and its jobs, now ours; no jobs and 0 where none waits."""
        ...

    def who_left(
        self, connection: Connection, jobs: Sequence[Job], now: datetime
    ) -> dict[int, str]:
        """The ids of those jobs whose readers may not have them any more, and why."""
        ...

    def envelope(self, job: Job) -> Envelope:
        """The message of a job, made when its turn comes."""
        ...

    def finish(self, connection: Connection, batch: int) -> None:
        """Every job of a batch is settled and recorded."""
        ...
