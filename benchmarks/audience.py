"""Large audiences: the time to freeze one, the memory of each process, and what a message costs."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from benchmarks.campaigns import LARGE, SMALL, send, slope
from benchmarks.figures import Figure, Figures
from benchmarks.mails import SIZES
from benchmarks.processes import Life, Watch, smtp_sink

SIZE = next(size for size in SIZES if size.name == "10kB")
READERS, MILLION = 20_000, 1_000_000
WORKERS = 2
MEMORY_LIMIT = 200.0
FREEZE_LIMIT = 20.0
# Two measurements of the same thing differ by so much on a shared machine.
FLAT = 1.15
BATCH = 500


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a campaign was, and what it had cost."""

    at: float
    """Seconds since the command began."""
    cpu: float
    """Seconds of all its processes."""
    sent: int


class Course(Watch):
    """Watches the processes of a campaign, and in its database how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[Moment] = []
        self.frozen_at: float | None = None
        """Seconds from the command's start until its audience was frozen."""
        self._database = Path()

    def follow(self, workspace: Path) -> None:
        """Look into this workspace's database from now on."""
        self._database = workspace / "var" / "mailer.db"

    def looked(self, now: float) -> None:
        """Count the batches that are done, as another process sees them."""
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as db,
        ):
            batches, done = db.execute(
                "SELECT count(*), count(*) FILTER (WHERE state = 'done') FROM batches"
            ).fetchone()
            if batches and self.frozen_at is None:
                self.frozen_at = now
            cpu = sum(life.cpu[-1] for life in self.lives.values())
            self.moments.append(Moment(now, cpu, done * BATCH))

    def cost_between(self, first: float, last: float) -> float:
        """Microseconds a message between two parts of the way, each from 0 to 1."""
        whole = self.moments[-1].sent
        # From the first batch on: freezing the audience is another figure.
        begin = next(one for one in self.moments if one.sent >= max(BATCH, first * whole))
        end = next(one for one in self.moments if one.sent >= last * whole)
        return (end.cpu - begin.cpu) / (end.sent - begin.sent) * 1e6


def measure(figures: Figures) -> None:
    """Twenty thousand readers: the memory of each process."""
    course = _run(READERS)
    _memory(figures, course, "20k")


def measure_million(figures: Figures) -> None:
    """A million: frozen in time, in flat memory, at the cost a message of ten thousand."""
    with smtp_sink() as port:
        small = slope(lambda n: send(n, SIZE, port, workers=WORKERS), SMALL, LARGE).cpu
    course = _run(MILLION)
    frozen = course.frozen_at
    assert frozen is not None
    limit = f"{FREEZE_LIMIT:.0f}"
    figures.add(Figure("freeze_1000k", frozen, "s", limit, frozen / FREEZE_LIMIT), at_most=1.0)
    _memory(figures, course, "1000k")
    cost = course.cost_between(0.0, 1.0)
    beside = f"ten thousand readers, {small:.0f}"
    figures.add(Figure("cost_1000k", cost, "µs/message", beside, cost / small), at_most=FLAT)
    first, last = course.cost_between(0.0, 0.2), course.cost_between(0.8, 1.0)
    beside = f"the first fifth, {first:.0f}"
    figures.add(Figure("cost_1000k_end", last, "µs/message", beside, last / first), at_most=FLAT)


def _run(readers: int) -> Course:
    course = Course()
    with smtp_sink() as port:
        send(readers, SIZE, port, workers=WORKERS, before=course.follow, watch=course)
    return course


def _memory(figures: Figures, course: Course, name: str) -> None:
    """The peak of each process, and whether the largest worker still grows."""
    for number, life in enumerate(sorted(course.lives.values(), key=lambda one: -one.peak), 1):
        peak = life.peak / 1024
        figures.add(
            Figure(f"peak_{name}_{number}", peak, "MB", f"{MEMORY_LIMIT:.0f}", peak / MEMORY_LIMIT),
            at_most=1.0,
        )
    worker = max(course.lives.values(), key=lambda one: one.cpu[-1])
    half, end = _resident(worker, 0.5), _resident(worker, 1.0)
    figures.add(
        Figure(f"flat_{name}", end, "MB", f"half-way, {half:.0f}", end / half), at_most=FLAT
    )


def _resident(life: Life, part: float) -> float:
    """MB of a process at that part of its life."""
    return life.resident[round((len(life.resident) - 1) * part)] / 1024
