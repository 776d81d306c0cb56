"""Counting what is followed and opened, naming nobody: per issue, link or page, and day.

Counts gather in memory and reach the database at most once a second, so that a redirect costs no
write of its own; a crash loses at most that second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date
from threading import Lock, Timer
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import Connection

from mailer.clock import Clock, utc_now
from mailer.stats.following import Asked, ReaderAct, forget_old, record_acts, record_visits
from mailer.store import StoreError, add_to_counts
from mailer.store.tables import LinkCount, PageCount

FLUSH_SECONDS = 1.0
MOST_ACTS = 100_000
"""So many acts of readers wait for a database that does not answer; later ones are forgotten."""

Write = Callable[[], AbstractContextManager[Connection]]
"""Opens a writing transaction."""

log = structlog.get_logger("mailer.stats")


@dataclass(frozen=True, slots=True, order=True)
class Followed:
    """A content link of an issue was followed."""

    issue_id: int
    n: int
    day: date
    machine: bool


@dataclass(frozen=True, slots=True, order=True)
class Visited:
    """A page of an issue was asked for."""

    issue_id: int
    page: str
    day: date
    machine: bool


class Collector:
    """The counts of one process on their way to the database; from any thread.

    `asked` is what each list asks its readers for, by its `tracking` in config.toml.
    """

    def __init__(
        self, write: Write, asked: Asked = MappingProxyType({}), clock: Clock = utc_now
    ) -> None:
        self._write = write
        self._asked = asked
        self._clock = clock
        self._tidied: date | None = None
        self._lock = Lock()
        self._flushing = Lock()
        self._links: Counter[Followed] = Counter()
        self._pages: Counter[Visited] = Counter()
        self._shares: Counter[tuple[str, bool]] = Counter()
        self._acts: list[ReaderAct] = []
        self._timer: Timer | None = None

    def count(self, event: Followed | Visited) -> None:
        """Count one event; it is written within a second."""
        with self._lock:
            if isinstance(event, Followed):
                self._links[event] += 1
            else:
                self._pages[event] += 1
            if self._timer is None:
                self._wind_up()

    def note(self, act: ReaderAct) -> None:
        """What one reader did; written within a second if they permit it then, else forgotten."""
        with self._lock:
            if len(self._acts) < MOST_ACTS:
                self._acts.append(act)
            if self._timer is None:
                self._wind_up()

    def visit(self, share_id: str, *, machine: bool) -> None:
        """A share link was visited; counted if it is a reader's own and they permit it."""
        with self._lock:
            self._shares[share_id, machine] += 1
            if self._timer is None:
                self._wind_up()

    def flush(self) -> None:
        """Write what has gathered; what the database refuses now is tried again a second later."""
        with self._flushing:
            with self._lock:
                links, self._links = self._links, Counter()
                pages, self._pages = self._pages, Counter()
                shares, self._shares = self._shares, Counter()
                acts, self._acts = self._acts, []
                self._stop_timer()
            if not (links or pages or shares or acts):
                return
            try:
                with self._write() as connection:
                    # In one order everywhere, so that two processes wait and never deadlock.
                    add_to_counts(connection, LinkCount, _rows(links))
                    add_to_counts(connection, PageCount, _rows(pages))
                    record_visits(connection, shares, self._asked)
                    record_acts(connection, acts, self._asked)
                    self._forget_what_is_old(connection)
            except StoreError as error:
                log.warning("counts wait", why=error.what)
                with self._lock:
                    self._links.update(links)
                    self._pages.update(pages)
                    self._shares.update(shares)
                    self._acts = acts + self._acts
                    if self._timer is None:
                        self._wind_up()

    def _forget_what_is_old(self, connection: Connection) -> None:
        """Once a day, with whatever is written then."""
        now = self._clock()
        if now.date() != self._tidied:
            forget_old(connection, now)
            self._tidied = now.date()

    def close(self) -> None:
        """Write what is left; for the end of a process."""
        self.flush()
        with self._lock:
            self._stop_timer()

    def _wind_up(self) -> None:
        self._timer = Timer(FLUSH_SECONDS, self.flush)
        self._timer.daemon = True
        self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _rows(counts: Counter[Any]) -> list[dict[str, Any]]:
    return [{**asdict(event), "count": counts[event]} for event in sorted(counts)]
