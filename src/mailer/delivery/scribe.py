"""Keeps a worker's journal: in segments, synced in time, gone when all is in the database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from pathlib import Path

from mailer.delivery.jobs import Job
from mailer.delivery.journal import Journal, Kind, Record, journal_file

SYNC_SECONDS = 0.05
SYNC_RECORDS = 200
SEGMENT_OCTETS = 8 << 20


def this_host() -> str:
    """This machine's name, as it stands in the names of its workers."""
    return socket.gethostname().replace(".", "-")


class Scribe:
    """The journal of one worker over its whole life."""

    def __init__(self, folder: Path) -> None:
        """Make and lock the first segment; raises JournalError."""
        self.worker = f"{this_host()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._folder = folder
        self._segment = 1
        self._journal = Journal(journal_file(folder, self.worker, 1))
        self._full: list[Journal] = []
        self._closing: list[Journal] = []
        self._open: set[Job] = set()
        self._busy = asyncio.Event()

    def write(self, settled: Record | None, intent: Record | None) -> None:
        """Append an outcome and the intent that follows it, in one write; raises JournalError."""
        self._journal.write(settled, intent)
        if self._journal.unsynced >= SYNC_RECORDS:
            self._busy.set()

    def hold_open(self, job: Job) -> None:
        """What the journal says of this job, no database will know: an intent or a doubt."""
        self._open.add(job)

    def let_go(self, job: Job) -> None:
        """It has its outcome."""
        self._open.discard(job)

    async def keep_synced(self) -> None:
        """Sync every 50 ms or 200 records, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SYNC_SECONDS):
                    await self._busy.wait()
            self._busy.clear()
            if self._journal.unsynced:
                await asyncio.to_thread(self._journal.sync)

    def recorded(self) -> None:
        """Everything written before the last two calls is durable in the database.

        A segment that was full at the call before holds nothing that is not: it goes. One that is
        full now is left for a new one, which begins with what is still open.
        """
        for journal in self._closing:
            journal.remove()
        self._closing, self._full = self._full, []
        if self._journal.size > SEGMENT_OCTETS:
            self._next_segment()

    def remove(self) -> None:
        """Everything is durable in the database: the journal goes."""
        for journal in (*self._closing, *self._full, self._journal):
            journal.remove()

    def abandon(self) -> None:
        """Leave the journal for the next run to read back."""
        for journal in (*self._closing, *self._full, self._journal):
            journal.close()

    def _next_segment(self) -> None:
        following = Journal(journal_file(self._folder, self.worker, self._segment + 1))
        for job in self._open:
            # Without an intent it was in doubt before and waits to be sent again.
            kind = Kind.INTENT if job.journalled else Kind.DOUBT
            following.write(None, Record(kind, job.source.origin, job.id, doubts=job.doubts))
        following.sync()
        self._segment += 1
        self._full.append(self._journal)
        self._journal = following
