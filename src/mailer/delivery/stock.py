"""A worker's stock: the jobs it took from the database and has not finished yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from mailer.delivery.jobs import Job, Source


class Stock:
    """Jobs by batch, so that a batch is known to be done when its last job is."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.ready: deque[Job] = deque()
        self.on_the_way = 0
        self.exhausted = False
        """Whether the database had nothing more when it was last asked."""
        self.low_water = 250
        self.done: list[tuple[Source, int]] = []
        """Batches whose jobs are all settled."""
        self._sources = list(sources)
        self._open: dict[tuple[int, int], int] = {}

    @property
    def is_low(self) -> bool:
        """Whether it is time to ask for more."""
        return not self.exhausted and len(self.ready) < self.low_water

    def take(
        self, connection: Connection, worker: str, now: datetime
    ) -> tuple[Source | None, int, list[Job]]:
        """The next batch of the first source that has one, now this worker's.

        Notices come first; campaigns take turns, so that none waits for another's end.
        """
        for source in self._sources:
            number, jobs = source.take(connection, worker, now)
            if number:
                if not source.urgent_lists:
                    self._sources.remove(source)
                    self._sources.append(source)
                return source, number, jobs
        return None, 0, []

    @property
    def urgent_lists(self) -> list[str]:
        """The lists whose notices go first."""
        return [key for source in self._sources for key in source.urgent_lists]

    def take_urgent(
        self, connection: Connection, worker: str, now: datetime
    ) -> tuple[Source | None, int, list[Job]]:
        """What overtakes everything that was taken before it."""
        for source in self._sources:
            if source.urgent_lists:
                number, jobs = source.take(connection, worker, now)
                if jobs:
                    return source, number, jobs
        return None, 0, []

    def add_first(self, source: Source, number: int, jobs: list[Job], now: float) -> None:
        """What `take_urgent` brought: it is next."""
        for job in jobs:
            job.asked_at = now
        self._open[source.origin, number] = len(jobs)
        self.ready.extendleft(reversed(jobs))

    def add(self, source: Source | None, number: int, jobs: list[Job], now: float) -> None:
        """What `take` brought; who may have it was asked `now`, on the loop's clock."""
        if source is None:
            self.exhausted = True
        elif jobs:
            for job in jobs:
                job.asked_at = now
            self.low_water = max(self.low_water, len(jobs) // 2)
            self._open[source.origin, number] = len(jobs)
            self.ready.extend(jobs)
        else:
            self.done.append((source, number))  # everybody in it has left

    def put_back(self, job: Job) -> None:
        """It did not leave, or may not have arrived: it is next."""
        self.ready.appendleft(job)

    def drop(self, jobs: Collection[Job]) -> None:
        """Their readers have left: they are ready no longer."""
        self.ready = deque(job for job in self.ready if job not in jobs)

    def settled(self, job: Job) -> None:
        """A job has its final outcome for now."""
        key = (job.source.origin, job.batch)
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]
            self.done.append((job.source, job.batch))
