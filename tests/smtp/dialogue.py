"""Reads the dialogue files beside this: what each side says, in order, as plain data.

    # first line: what it shows
    offers: …       the lines of the server's EHLO, comma between        sender:, envid:, messages:
    take: ann bob   from here on the feed has these (name -> name@reader.example, content «To name»)
    C: line         the client writes; lines that follow one another are exactly one write
    S: line         the server says; lines that follow one another are one packet (S~ without CRLF)
    = ann failed rcpt 550       told to `settle` by now
    commit: ann accepted content 250, then bob     the last commit carried this outcome and intent
    do: wake | finish | abort | lost | refuse commit | break commit
    end: well | NameOfError     how done() ends
    packets: matter             not to be played with other packets than these

<group ann> stands for her MAIL, RCPT and DATA, <content ann> for her content and the final dot.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "dialogues"
DEFAULT_SENDER = "news@press.example"


@dataclass(frozen=True, slots=True)
class Step:
    """One line, or several of C: or S: that belong together."""

    kind: str  # "C", "S", "=", or the word before the colon
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One file."""

    name: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return self.name


def read_dialogues() -> list[Dialogue]:
    """All of them, in order."""
    return [_read(file) for file in sorted(FOLDER.glob("*.txt"))]


def address(name: str) -> str:
    """ann -> ann@reader.example; what has an @, or is quoted in the file, stays as it is."""
    return name if "@" in name or not name else f"{name}@reader.example"


def content(name: str) -> bytes:
    """What she is sent."""
    return f"To {name}\r\n".encode()


def names(value: str) -> list[str]:
    r"""The names of a take: line; inside quotes \r\n are a line's end."""
    return [name.replace("\\r\\n", "\r\n") for name in shlex.split(value)]


def _read(file: Path) -> Dialogue:
    steps: list[Step] = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.startswith("#") or not line:
            continue
        kind, value = _split(line)
        if kind in ("C", "S") and steps and steps[-1].kind == kind:
            steps[-1] = Step(kind, steps[-1].value + value, steps[-1].line)
        else:
            steps.append(Step(kind, value, number))
    return Dialogue(file.stem, tuple(steps))


def _split(line: str) -> tuple[str, str]:
    if line.startswith("= "):
        return "=", line[2:]
    if line.startswith("S~ "):
        return "S", line[3:]
    kind, _, value = line.partition(":")
    value = value.removeprefix(" ")
    if kind == "C":
        return kind, _expanded(value)
    return kind, value + "\r\n" if kind == "S" else value


def _expanded(value: str) -> str:
    if value.startswith("<group "):
        name = value[7:-1]
        mail = f"MAIL FROM:<{DEFAULT_SENDER}>\r\n"
        return f"{mail}RCPT TO:<{address(name)}>\r\nDATA\r\n"
    if value.startswith("<content "):
        return f"{content(value[9:-1]).decode()}.\r\n"
    return f"{value}\r\n"
