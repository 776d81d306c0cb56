"""What is done to a running campaign: killed, ended, its journal torn, paused, cancelled."""

from __future__ import annotations

import os
import random
import signal
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos import book, disk
from chaos.campaign import Blow, Campaign
from chaos.processes import alive, kill
from chaos.workspace import CommandError

# After a pause is told, so long may pass before nothing new leaves.
SILENT_AFTER_SECONDS = 1.0
# A torn record: its head and the beginning of its body.
TORN_OCTETS = 17
CUT_OCTETS = 3
# How the command ends that was told to stop while it was sending.
STOPPED = 130
FRAME = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class Kill:
    """kill -9 of one process of the command: the first it started, a worker, or any."""

    lines: int
    """When the sink has done so much."""
    which: float
    """From 0, the command itself, to 1, the last process it started."""

    def is_due(self, campaign: Campaign) -> bool:
        """At its line, while something runs."""
        return campaign.lines >= self.lines and bool(campaign.family())

    def strike(self, campaign: Campaign) -> None:
        """Kill it."""
        if family := campaign.family():
            victim = family[min(int(self.which * len(family)), len(family) - 1)]
            campaign.story.processes_killed += kill(victim)


@dataclass(frozen=True, slots=True)
class KillEarly:
    """kill -9 of the command soon after its start: while it launches, reads back or takes."""

    age: float
    """Seconds."""

    def is_due(self, campaign: Campaign) -> bool:
        """At its age."""
        return bool(campaign.family()) and campaign.age >= self.age

    def strike(self, campaign: Campaign) -> None:
        """Kill it."""
        for victim in campaign.family()[:1]:
            campaign.story.processes_killed += kill(victim)


@dataclass(frozen=True, slots=True)
class Terminate:
    """SIGTERM, which is answered by a clean stop."""

    lines: int

    def is_due(self, campaign: Campaign) -> bool:
        """At its line, while something runs."""
        return campaign.lines >= self.lines and bool(campaign.family())

    def strike(self, campaign: Campaign) -> None:
        """Ask it to stop, and wait until it has."""
        assert campaign.process is not None
        campaign.process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        campaign.wait_for_its_end()
        if campaign.process.returncode != STOPPED:
            campaign.story.notes.append("told to stop before it began to send, or at its end")
            return
        campaign.story.notes.append(f"stopped in {time.monotonic() - begun:.1f} s")
        if campaign.workspace.journals.exists() and any(campaign.workspace.journals.iterdir()):
            campaign.story.wrongs.append("a clean stop left a journal behind")


@dataclass(frozen=True, slots=True)
class TearJournals:
    """Everything killed at once, in the middle of writing the journal's next record.

    The write of an intent comes before its content leaves, so the torn record's content never did.
    """

    lines: int
    cut: bool = False
    """Instead cut the end off the last whole record, as a power cut may: it says too little then.
    """

    def is_due(self, campaign: Campaign) -> bool:
        """At its line, while something runs."""
        return campaign.lines >= self.lines and bool(campaign.family())

    def strike(self, campaign: Campaign) -> None:
        """Kill all, then tear what they wrote."""
        family = campaign.family()
        campaign.story.processes_killed += sum(kill(pid) for pid in family)
        assert campaign.process is not None
        campaign.process.wait()
        while alive(family):
            time.sleep(0.005)
        for file in campaign.workspace.journals.glob("*.journal"):
            if self.cut:
                campaign.story.records_cut += _cut(file)
            else:
                _tear(file)


def _tear(file: Path) -> None:
    octets = file.read_bytes()
    *_, end = _ends(octets)
    with file.open("r+b") as journal:
        journal.seek(end)
        journal.write(octets[:TORN_OCTETS])


def _cut(file: Path) -> bool:
    *_, end = _ends(file.read_bytes())
    if end:
        os.truncate(file, end - CUT_OCTETS)
    return end > 0


def _ends(octets: bytes) -> Iterator[int]:
    """Where the journal's records end: each is its length, a checksum and so many octets."""
    position = 0
    yield position
    while position + FRAME.size <= len(octets):
        length, _ = FRAME.unpack_from(octets, position)
        if length == 0:
            return
        position += FRAME.size + length
        yield position


@dataclass(frozen=True, slots=True)
class PauseAndResume:
    """`mailer campaigns pause` and `resume`, from another terminal."""

    lines: int
    sink_book: Path

    def is_due(self, campaign: Campaign) -> bool:
        """At its line, while something runs."""
        return campaign.lines >= self.lines and bool(campaign.family())

    def strike(self, campaign: Campaign) -> None:
        """Pause it, see that nothing new leaves, and let it go on."""
        try:
            campaign.workspace.run("campaigns", "pause", "1", "--reason", "wrong link")
        except CommandError as error:
            campaign.story.notes.append(f"too late to pause: {error}")
            return
        told = time.time()
        time.sleep(SILENT_AFTER_SECONDS + 0.7)
        last = book.count(self.sink_book).last_kept
        if last > told + SILENT_AFTER_SECONDS:
            campaign.story.wrongs.append(f"{last - told:.2f} s after a pause a message left")
        campaign.workspace.run("campaigns", "resume", "1")


@dataclass(frozen=True, slots=True)
class Cancel:
    """`mailer campaigns cancel`, from another terminal."""

    lines: int
    sink_book: Path

    def is_due(self, campaign: Campaign) -> bool:
        """At its line, while something runs."""
        return campaign.lines >= self.lines and bool(campaign.family())

    def strike(self, campaign: Campaign) -> None:
        """Cancel it, and see that nothing new leaves."""
        campaign.workspace.run("campaigns", "cancel", "1", "--reason", "sent too early")
        told = time.time()
        campaign.wait_for_its_end()
        last = book.count(self.sink_book).last_kept
        if last > told + SILENT_AFTER_SECONDS:
            campaign.story.wrongs.append(f"{last - told:.2f} s after a cancel a message left")


@dataclass(frozen=True, slots=True)
class FillDisk:
    """The disk of database and journals runs full; the command fails, and fails again."""

    lines: int

    def is_due(self, campaign: Campaign) -> bool:
        """At its line, while something runs."""
        return campaign.lines >= self.lines and bool(campaign.family())

    def strike(self, campaign: Campaign) -> None:
        """Fill it, see the command end and not begin anew, and make room."""
        with disk.full(campaign.workspace.folder / "var"):
            campaign.wait_for_its_end()
            campaign.send()
            campaign.wait_for_its_end()
            if campaign.process is not None and campaign.process.returncode == 0:
                campaign.story.wrongs.append("a full disk was not noticed")


@dataclass(frozen=True, slots=True)
class SecondCommand:
    """The same command from another terminal, at the same time."""

    lines: int

    def is_due(self, campaign: Campaign) -> bool:
        """At its line, while the first runs."""
        return campaign.lines >= self.lines and bool(campaign.family())

    def strike(self, campaign: Campaign) -> None:
        """Start it."""
        campaign.also_send()


def kills(audience: int, times: int, *, early: int, seed: int) -> list[Blow]:
    """So many kills at random instants of a campaign, some of them soon after a start."""
    dice = random.Random(seed)
    instants = sorted(dice.randrange(audience * 9 // 10) for _ in range(times - early))
    return with_early_kills([Kill(n, dice.random()) for n in instants], early, seed=seed)


def with_early_kills(blows: Sequence[Blow], times: int, *, seed: int) -> list[Blow]:
    """The same with kills soon after a start among them."""
    dice = random.Random(seed)
    mixed = list(blows)
    for _ in range(times):
        mixed.insert(dice.randrange(len(mixed) + 1), KillEarly(dice.uniform(0.2, 3.0)))
    return mixed
