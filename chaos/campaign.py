"""One campaign, sent by the same command again and again while things befall it, to its end."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from chaos import book
from chaos.ledger import Ledger, Standing
from chaos.processes import alive, descendants, end, kill, listens
from chaos.temper import Temper
from chaos.workspace import LIST, NUMBER, ROOT, Workspace

POLL_SECONDS = 0.002
# A run that failed (no relay, no room) is tried again after this.
AFTER_FAILURE_SECONDS = 0.3
# A command that must stop has so long for it.
LONGEST_END_SECONDS = 40.0
# A command's exit code when what it was given is wrong.
MISUSED = 2
# Words that no publisher should ever see.
SHAMEFUL = ("Traceback", "a fault of the mailer's own", "Exception ignored", "never awaited")


@dataclass(slots=True)
class Story:
    """What happened on the way."""

    runs: int = 0
    struck: int = 0
    """Blows that hit."""
    processes_killed: int = 0
    """Times a -9 hit a process that may have been sending."""
    records_cut: int = 0
    """Journal records that were cut off after they had been written."""
    wrongs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Blow(Protocol):
    """Something done to a campaign while it runs."""

    def is_due(self, campaign: Campaign) -> bool:
        """Whether its moment has come."""
        ...

    def strike(self, campaign: Campaign) -> None:
        """Do it."""
        ...


class Campaign:
    """Drives `mailer send` until nothing is left to do."""

    def __init__(self, workspace: Workspace, sink_book: Path, *, seconds: float) -> None:
        self.workspace = workspace
        self.ledger = Ledger(workspace.database)
        self.story = Story()
        self.log = workspace.folder / "send.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.others: list[subprocess.Popen[bytes]] = []
        """The same command, started beside it."""
        self.started = 0.0
        """When the process that runs was started."""
        self.seen: set[int] = set()
        """Every process that was ever part of a run."""
        self._book = sink_book
        self._lines, self._read = 0, 0
        self._deadline = time.monotonic() + seconds

    @property
    def lines(self) -> int:
        """How many things the sink has done: the campaign's progress."""
        if self._book.exists() and self._book.stat().st_size > self._read:
            with self._book.open("rb") as file:
                file.seek(self._read)
                news = file.read()
            self._read += len(news)
            self._lines += news.count(b"\n")
        return self._lines

    @property
    def age(self) -> float:
        """Seconds since the process that runs was started."""
        return time.monotonic() - self.started

    def family(self) -> list[int]:
        """The process that runs, and those it started."""
        if self.process is None or self.process.poll() is not None:
            return []
        family = [self.process.pid, *descendants(self.process.pid)]
        self.seen.update(family)
        return family

    def send(self) -> None:
        """Start the command."""
        self.process = self._start()
        self.started = time.monotonic()

    def also_send(self) -> None:
        """Start the command beside the one that runs."""
        other = self._start()
        self.others.append(other)
        self.seen.add(other.pid)

    def wait_for_its_end(self) -> None:
        """Wait until the command has ended; one that does not is a wrong."""
        if self.process is None:
            return
        try:
            self.process.wait(LONGEST_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.story.wrongs.append(f"it did not end within {LONGEST_END_SECONDS:g} s")
            self._end_now()

    def _start(self) -> subprocess.Popen[bytes]:
        self.story.runs += 1
        return self.workspace.start("send", NUMBER, "--list", LIST, "--json", output=self.log)

    def until_over(self, blows: Sequence[Blow] = ()) -> Story:
        """Run the command until the campaign is over and every blow has struck."""
        waiting = list(blows)
        try:
            while self._goes_on(waiting):
                if self._is_late():
                    break
                if waiting and waiting[0].is_due(self):
                    waiting.pop(0).strike(self)
                    self.story.struck += 1
                time.sleep(POLL_SECONDS)
        finally:
            self.end()
        if waiting:
            self.story.notes.append(f"{len(waiting)} blows came too late")
        return self.story

    def _goes_on(self, waiting: list[Blow]) -> bool:
        """Whether there is something to do; starts the command where none runs."""
        if self.process is not None and self.process.poll() is None:
            return True
        code = self.process.returncode if self.process is not None else 0
        self.process = None
        if code == MISUSED:
            raise RuntimeError(f"the harness itself is wrong, see {self.log}")
        standing = self.ledger.standing()
        if standing.is_over:
            return False
        self._wait_until_useful(standing, code)
        self.send()
        return True

    def _wait_until_useful(self, standing: Standing, code: int) -> None:
        if standing.state == "paused":
            self.story.notes.append(f"paused by itself: {standing.reason}")
            self.workspace.run("campaigns", "resume", "1")
        if code == 1:
            time.sleep(AFTER_FAILURE_SECONDS)
        if standing.next_due is not None and code == 0:
            wait = (standing.next_due - datetime.now(UTC)).total_seconds()
            time.sleep(min(max(wait, 0.0), 30.0))

    def _is_late(self) -> bool:
        if time.monotonic() < self._deadline:
            return False
        standing = self.ledger.standing()
        self.story.wrongs.append(
            f"not over in time: campaign {standing.state} {standing.reason};"
            f" runs {self.story.runs}, command running: {bool(self.family())}"
        )
        return True

    def end(self) -> None:
        """kill -9 of what still runs: no process of the campaign outlives it."""
        self._end_now()
        for other in self.others:
            with contextlib.suppress(subprocess.TimeoutExpired):
                other.wait(LONGEST_END_SECONDS)
        end(*self.others)
        until = time.monotonic() + 15
        while (left := alive(self.seen)) and time.monotonic() < until:
            time.sleep(0.05)
        if left:
            self.story.wrongs.append(f"{len(left)} processes are left behind")
            for pid in left:
                kill(pid)
        said = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        for words in SHAMEFUL:
            if words in said:
                line = next(line for line in said.splitlines() if words in line)
                self.story.wrongs.append(f"the command said: {line.strip()}")
        self.ledger.close()

    def _end_now(self) -> None:
        for pid in alive(self.family()):
            kill(pid)
        if self.process is not None:
            self.process.wait()


@contextlib.contextmanager
def sink(port: int, sink_book: Path, temper: Temper) -> Iterator[subprocess.Popen[bytes]]:
    """The counting sink, as a process of its own."""
    words = ["--port", str(port), "--book", str(sink_book), "--temper", temper.to_json()]
    process = subprocess.Popen([sys.executable, "-m", "chaos.sink", *words], cwd=ROOT)
    try:
        until = time.monotonic() + 20
        while not listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the sink does not listen")
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def count(sink_book: Path) -> book.Count:
    """What the sink kept."""
    return book.count(sink_book)
