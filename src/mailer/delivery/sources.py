"""Where jobs come from: the batches of a campaign, and the outbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailer.campaigns import FrozenCampaign
from mailer.delivery.batches import Recipient, finish_batch, take_batch, who_left
from mailer.delivery.jobs import Job
from mailer.delivery.recording import NOTICES
from mailer.notices import WaitingNotice, take_notices
from mailer.smtp import Envelope

Fill = Callable[[Recipient], bytes]
"""Makes the message of one reader."""


class CampaignSource:
    """The batches of one campaign."""

    def __init__(
        self,
        campaign: FrozenCampaign,
        sender: Callable[[int], str],
        fill: Fill,
        *,
        retry_for: timedelta | None = None,
        tracking: Collection[str] = (),
    ) -> None:
        self.skipped = 0
        """Readers who left between launch and sending."""
        self._retry_for = retry_for
        self._tracking = tracking
        self._campaign = campaign
        self._sender = sender
        self._fill = fill

    @property
    def origin(self) -> int:
        """The campaign."""
        return self._campaign.id

    @property
    def launched_at(self) -> datetime | None:
        """When it was launched."""
        return self._campaign.launched_at

    @property
    def retry_for(self) -> timedelta | None:
        """Until it is old news."""
        return self._retry_for

    @property
    def urgent_lists(self) -> Sequence[str]:
        """A campaign waits its turn."""
        return ()

    def take(self, connection: Connection, worker: str, now: datetime) -> tuple[int, list[Job]]:
        """The next batch."""
        batch = take_batch(connection, self._campaign, worker, now, tracking=self._tracking)
        if batch is None:
            return 0, []
        self.skipped += batch.skipped
        number = batch.number
        jobs = [Job(self, number, one.delivery_id, one, one.doubts) for one in batch.recipients]
        return number, jobs

    def who_left(
        self, connection: Connection, jobs: Sequence[Job], now: datetime
    ) -> dict[int, str]:
        """Who withdrew, was suppressed or paused since the batch was taken (GDPR 7(3))."""
        return who_left(connection, self._campaign, [job.id for job in jobs], now)

    def envelope(self, job: Job) -> Envelope:
        """The reader's copy."""
        reader = job.message
        assert isinstance(reader, Recipient)
        address = reader.address
        content = self._fill(reader)
        sender = self._sender(reader.delivery_id)
        return Envelope(job, sender, address, content, not address.isascii())

    def finish(self, connection: Connection, batch: int) -> None:
        """The batch is done."""
        finish_batch(connection, self._campaign.id, batch)


class NoticeSource:
    """The outbox's notices for lists that share a relay."""

    def __init__(self, lists: Sequence[str]) -> None:
        self.skipped = 0
        self._lists = lists
        self._number = 0

    @property
    def origin(self) -> int:
        """No campaign."""
        return NOTICES

    @property
    def launched_at(self) -> datetime | None:
        """Each notice has its own beginning."""
        return None

    @property
    def retry_for(self) -> timedelta | None:
        """As long as any message."""
        return None

    @property
    def urgent_lists(self) -> Sequence[str]:
        """Those it was made for."""
        return self._lists

    def take(self, connection: Connection, worker: str, now: datetime) -> tuple[int, list[Job]]:
        """The notices that are due."""
        notices = take_notices(connection, worker, self._lists, now)
        if not notices:
            return 0, []
        self._number += 1
        number = self._number
        return number, [Job(self, number, one.id, one, one.doubts) for one in notices]

    def who_left(
        self, connection: Connection, jobs: Sequence[Job], now: datetime
    ) -> dict[int, str]:
        """Nobody: a notice rests on no consent."""
        return {}

    def envelope(self, job: Job) -> Envelope:
        """The notice as it was written."""
        notice = job.message
        assert isinstance(notice, WaitingNotice)
        address = notice.recipient
        return Envelope(job, notice.sender, address, notice.content, not address.isascii())

    def finish(self, connection: Connection, batch: int) -> None:
        """Nothing stands for a batch of notices."""
