"""The commands a page of the docs tells its readers to type, and a shell that types them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SERVES = re.compile(r"\bmailer (sandbox|serve|run)\b|--watch\b")
_PLACE = re.compile(r"127\.0\.0\.1:\d+|\bport \d+")
DEADLINE = 30.0


@dataclass(frozen=True)
class Command:
    """A line after a `$`, and the lines of output that the page shows below it."""

    where: str
    words: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """A file that the reader of the page is asked to write: ```markdown its/path."""

    where: str
    path: str
    text: str


def steps(page: Path) -> list[Command | Written]:
    """What the page asks for, from top to bottom."""
    text, found = page.read_text(encoding="utf-8"), list[Command | Written]()
    for block in _BLOCK.finditer(text):
        language, path, body = block.groups()
        line = text.count("\n", 0, block.start()) + 2
        if language == "console":
            found += _commands(body, page.name, line)
        elif path:
            found.append(Written(f"{page.name}:{line}", path, body))
    return found


def _commands(body: str, page: str, first: int) -> Iterator[Command]:
    lines = body.replace("\\\n", " ").splitlines()
    begins = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    assert begins[:1] == [0], f"{page}:{first}: a console block begins with a command"
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        shown = tuple(line for line in lines[begin + 1 : end] if line.strip(" …"))
        yield Command(f"{page}:{first + begin}", lines[begin][2:], shown)


@dataclass
class Shell:
    """One reader at their terminals: a command that serves goes on while others are typed."""

    folder: Path
    environment: dict[str, str]
    serving: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def follow(self, step: Command | Written) -> None:
        """Do as told; fails where the command does, or where a line shown is not in its output."""
        if isinstance(step, Written):
            file = self.folder / step.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.text, encoding="utf-8")
        elif step.words.startswith("cd "):
            self.folder /= shlex.split(step.words)[1]
            assert self.folder.is_dir(), step.where
        elif _SERVES.search(step.words):
            self._serve(step)
        else:
            done = self.run(step.words)
            said = done.stdout + done.stderr
            assert done.returncode == 0, f"{step.where}: {step.words}\n{said}"
            assert not missing(step.shown, said), f"{step.where}: {missing(step.shown, said)}"

    def run(self, words: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        return subprocess.run(
            ["bash", "-c", words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def _serve(self, step: Command) -> None:
        log = self.folder / f".said-{len(self.serving)}"
        with log.open("wb") as said:
            process = subprocess.Popen(
                shlex.split(step.words),
                cwd=self.folder,
                env=self.environment,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        self.serving.append(process)
        deadline = time.monotonic() + DEADLINE
        while missing(step.shown, log.read_text()):
            ended = process.poll() is not None or time.monotonic() > deadline
            assert not ended, f"{step.where}: {step.words}\n{log.read_text()}"
            time.sleep(0.02)

    def close(self) -> None:
        """Ctrl-C in every terminal."""
        for process in self.serving:
            process.terminate()
        for process in self.serving:
            process.wait(timeout=20)


@contextmanager
def shell(folder: Path, environment: dict[str, str] | None = None) -> Iterator[Shell]:
    """A shell in the folder; what still serves at the end is ended."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAILER_")}
    opened = Shell(folder, {**kept, "COLUMNS": "100", **(environment or {})})
    try:
        yield opened
    finally:
        opened.close()


def missing(shown: tuple[str, ...], said: str) -> list[str]:
    """The lines a page shows that are not in what was said; «…» stands for anything.

    Addresses and ports may be others: several may be tried on one machine at a time.
    """
    lines = [_plain(line) for line in said.splitlines()]
    return [line for line in shown if not any(re.fullmatch(_pattern(line), one) for one in lines)]


def _plain(line: str) -> str:
    return " ".join(_PLACE.sub("PLACE", line).split())


def _pattern(line: str) -> str:
    return (
        ".*".join(re.escape(part) for part in _plain(line).split("…"))
        .replace(r"\ .*", ".*")
        .replace(r".*\ ", ".*")
    )
