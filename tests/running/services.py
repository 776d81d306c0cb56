"""`mailer run` as real processes: started, asked how it is, told to stop, killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from builders import ROOT
from chaos.processes import descendants, free_port, kill

MAILER = str(Path(sys.executable).with_name("mailer"))
PATIENCE_SECONDS = 60.0
T = TypeVar("T")


def until(condition: Callable[[], T], what: str, *, seconds: float = PATIENCE_SECONDS) -> T:
    """What the condition returns once it is true; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


@dataclass
class House:
    """A publisher's workspace in a folder of its own, whose commands are real processes."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    """Overrides, as environment variables."""

    @classmethod
    def make(cls, folder: Path, *, relay_port: int, url: str = "", **settings: str) -> House:
        """The sample's configuration and templates, without issues or readers."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "config.toml", folder)
        if not (folder / "templates").exists():
            shutil.copytree(ROOT / "templates", folder / "templates")
        house = cls(folder, {"MAILER_RELAYS__MAIN__PORT": str(relay_port), **settings})
        if url:
            house.settings["MAILER_STORE__URL"] = url
        return house

    @property
    def url(self) -> str:
        """Its database."""
        return self.settings.get("MAILER_STORE__URL", f"sqlite:///{self.folder}/var/mailer.db")

    def run(self, *words: str) -> str:
        """What a command printed; it must succeed."""
        done = subprocess.run(
            [MAILER, *words],
            cwd=self.folder,
            env=self.environment({}),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("MAILER_")}
        return {**clean, **self.settings, **more}

    @contextlib.contextmanager
    def service(self, *words: str) -> Iterator[Service]:
        """`mailer run`, ready; killed at the end where it still lives."""
        service = Service(self, words)
        service.start()
        try:
            service.wait_until_ready()
            yield service
        finally:
            service.kill_all()


class Service:
    """One `mailer run` at a time, on ports of its own."""

    def __init__(self, house: House, words: tuple[str, ...] = (), *, name: str = "run") -> None:
        self.house, self.words = house, words
        self.log = house.folder / f"{name}.log"
        self.pages, self.health = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.clock: Callable[[], Sequence[str]] = tuple
        """The words that set its clock, asked for at each start."""

    def start(self) -> None:
        """Start it, again where it ran before."""
        ports = ("--port", str(self.pages), "--health-port", str(self.health))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [MAILER, "run", *ports, *self.words, *self.clock()],
                cwd=self.house.folder,
                env=self.house.environment({}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def family(self) -> list[int]:
        """The process that was started, and those it started."""
        if self.process is None or self.process.poll() is not None:
            return []
        return [self.process.pid, *descendants(self.process.pid)]

    def part(self, name: str) -> int:
        """The process that is a part now, as the log tells."""
        pids = [
            line["pid"]
            for line in self.lines()
            if line.get("event") == "part" and line["name"] == name and line["state"] == "up"
        ]
        return int(pids[-1])

    def wait_until_ready(self) -> None:
        """Return once every part does its work."""

        def is_ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            with contextlib.suppress(OSError):
                return self.ask("/readyz")[0] == 200
            return False

        until(is_ready, "the service is ready")

    def ask(self, path: str) -> tuple[int, str]:
        """Status and body of a health endpoint."""
        connection = http.client.HTTPConnection("127.0.0.1", self.health, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def metric(self, name: str) -> float:
        """The value of a metric's line, with its labels as they are written."""
        text = self.ask("/metrics")[1]
        found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    def lines(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def said(self, event: str) -> list[dict[str, Any]]:
        """The log's lines of one event."""
        return [line for line in self.lines() if line["event"] == event]

    def terminate(self) -> float:
        """Tell it to stop; returns how long that took. It must leave well."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0
        return time.monotonic() - begun

    def kill_one(self, dice: random.Random) -> None:
        """kill -9, one process of it."""
        family = self.family()
        if family:
            victim = dice.choice(family)
            kill(victim)
            if self.process is not None and victim == self.process.pid:
                self.process.wait(30)

    def kill_all(self) -> None:
        """kill -9, all of it at once."""
        for pid in self.family():
            kill(pid)
        if self.process is not None:
            self.process.wait(30)
