"""mailer campaigns, from another terminal, while `mailer send` runs."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chaos import book
from chaos.campaign import SHAMEFUL, sink
from chaos.processes import end
from chaos.temper import Temper
from chaos.workspace import CommandError, Workspace
from delivery.publisher import publisher

READERS = 120
SEND = ("send", "900", "--list", "cafe")


@dataclass
class Desk:
    """A publisher with two terminals."""

    workspace: Workspace
    sink_book: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.workspace.folder / "send.log"

    @property
    def kept(self) -> int:
        return book.count(self.sink_book).kept

    def send(self, **settings: str) -> subprocess.Popen[bytes]:
        """The command, in the first terminal."""
        process = self.workspace.with_settings(**settings).start(*SEND, output=self.log)
        self.running.append(process)
        return process

    def wait_for(self, messages: int) -> None:
        """Until the relay has so many."""
        deadline = time.monotonic() + 60
        while self.kept < messages:
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.01)

    def standing(self) -> tuple[str, str, dict[str, int]]:
        """What `mailer campaigns show` tells."""
        (line,) = self.workspace.figures("campaigns", "show", "1")
        assert sum(line["states"].values()) == line["audience"] == READERS
        return line["state"], line["reason"], line["states"]


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    folder = tmp_path / "workspace"
    workspace, port = publisher(folder, sqlite_url, READERS)
    with sink(port, folder / "sink.jsonl", Temper()):
        desk = Desk(workspace, folder / "sink.jsonl")
        yield desk
        end(*desk.running)


def test_paused_stopped_and_gone_on_with_each_reader_gets_it_once(desk: Desk) -> None:
    slowly = {"MAILER_RELAYS__MAIN__RATE": '["8/s"]'}
    first = desk.send(**slowly)
    desk.wait_for(5)
    assert "campaign 1 is paused" in desk.workspace.run(
        "campaigns", "pause", "1", "--reason", "wrong link"
    )
    assert first.wait(20) == 0
    assert "stopped before the end: the campaign was paused" in desk.log.read_text()
    after_pause = desk.kept
    state, reason, states = desk.standing()
    assert (state, reason) == ("paused", "wrong link")
    assert states == {"accepted": after_pause, "pending": READERS - after_pause}
    assert "campaign 1 is sending" in desk.workspace.run("campaigns", "resume", "1")
    second = desk.send(**slowly)
    desk.wait_for(after_pause + 5)
    second.send_signal(signal.SIGINT)
    assert second.wait(20) == 130
    assert "stopped; the same command goes on" in desk.log.read_text()
    assert desk.send().wait(60) == 0
    assert desk.standing() == ("finished", "", {"accepted": READERS})
    assert book.count(desk.sink_book).repeats == 0
    assert not any(words in desk.log.read_text() for words in SHAMEFUL)
    with pytest.raises(CommandError, match="a campaign that is finished cannot be"):
        desk.workspace.run("campaigns", "cancel", "1")
