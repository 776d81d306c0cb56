"""What the sink did with each message, in a file that outlives it: a line before every answer."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path


class Did(StrEnum):
    """What the sink did."""

    KEPT = "kept"
    """It kept a message and said so."""
    KEPT_UNSAID = "kept unsaid"
    """It kept a message and ended the connection, or fell silent, instead of saying so."""
    LOST_UNSAID = "lost unsaid"
    """It threw a message away and ended the connection, or fell silent."""
    ANSWERED = "answered"
    """It said 4xx or 5xx to a recipient or a content."""
    CUT = "cut"
    """It ended a connection, or fell silent, before a final dot."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the sink did."""

    did: Did
    at: float
    """Seconds since the epoch."""
    recipient: str = ""
    message_id: str = ""
    code: int = 0


class Writer:
    """Appends lines, one write each: what is said on the wire stands in the file before."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def add(self, did: Did, *, recipient: str = "", message_id: str = "", code: int = 0) -> None:
        """Write a line."""
        line = Line(did, time.time(), recipient, message_id, code)
        os.write(self._descriptor, json.dumps(asdict(line)).encode() + b"\n")


def read(file: Path) -> Iterator[Line]:
    """What stands in the book; a last line that was not written whole is left out."""
    if not file.exists():
        return
    for text in file.read_text(encoding="utf-8").splitlines(keepends=True):
        if text.endswith("\n"):
            values = json.loads(text)
            yield Line(**{**values, "did": Did(values["did"])})


@dataclass(slots=True)
class Count:
    """A book, added up."""

    copies: Counter[str] = field(default_factory=Counter)
    """How often each Message-ID was kept."""
    recipients: dict[str, set[str]] = field(default_factory=dict)
    """Under which Message-IDs each recipient's copies were kept."""
    cut_after_dot: int = 0
    """Connections ended after a final dot, before its answer."""
    cut_before_dot: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    """Refusals by code."""
    last_kept: float = 0.0
    """When the last message was kept."""

    @property
    def kept(self) -> int:
        """Messages it holds, each once."""
        return len(self.copies)

    @property
    def repeats(self) -> int:
        """Copies beyond the first."""
        return self.copies.total() - len(self.copies)

    def copies_for(self, recipient: str) -> int:
        """How many messages it kept for one reader."""
        return sum(self.copies[message] for message in self.recipients.get(recipient, ()))


def count(file: Path) -> Count:
    """Add up a book."""
    total = Count()
    for line in read(file):
        match line.did:
            case Did.ANSWERED:
                total.answers[line.code] += 1
            case Did.CUT:
                total.cut_before_dot += 1
            case Did.LOST_UNSAID:
                total.cut_after_dot += 1
            case Did.KEPT_UNSAID | Did.KEPT:
                total.cut_after_dot += line.did is Did.KEPT_UNSAID
                total.copies[line.message_id] += 1
                total.recipients.setdefault(line.recipient, set()).add(line.message_id)
                total.last_kept = max(total.last_kept, line.at)
    return total
