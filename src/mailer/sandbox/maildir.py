"""A maildir: one file a message, there in full or not at all."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

_FROM = b"X-Envelope-From: "
_TO = b"X-Envelope-To: "
_FOLDERS = ("tmp", "new", "cur")


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it came; the envelope stands apart from it."""

    name: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes


class Maildir:
    """Keeps messages below `root`, and finds them again, newest first.

    The envelope is kept as two header lines of our own in front of the content, so that any mail
    reader shows it; `read` takes them off again, the rest is byte for byte what the server got.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._numbers = count(1)
        self._host = socket.gethostname().replace("/", "\\057").replace(":", "\\072")
        for folder in _FOLDERS:
            (root / folder).mkdir(parents=True, exist_ok=True)

    def keep(self, sender: str, recipients: Sequence[str], content: bytes) -> str:
        """Keeps a message and returns its name; a reader of `new` never sees half of it."""
        name = self._unique()
        lines = [
            _FROM + _bracketed(sender),
            *(_TO + _bracketed(one) for one in recipients),
            content,
        ]
        written = self.root / "tmp" / name
        with written.open("xb") as file:
            file.write(b"\r\n".join(lines))
        written.rename(self.root / "new" / name)
        return name

    def names(self) -> list[str]:
        """The names of all messages, newest first."""
        found = [
            entry.name
            for folder in ("new", "cur")
            for entry in os.scandir(self.root / folder)
            if entry.is_file()
        ]
        return sorted(found, reverse=True)

    def read(self, name: str, *, head: int | None = None) -> Kept:
        """The message of this name, or only the first `head` octets of it.

        Raises FileNotFoundError.
        """
        with self._path(name).open("rb") as file:
            content = file.read() if head is None else file.read(head)
        sender, recipients = "", []
        while content.startswith((_FROM, _TO)):
            line, _, content = content.partition(b"\r\n")
            address = line.partition(b": ")[2].decode("utf-8", "surrogateescape").strip("<>")
            if line.startswith(_TO):
                recipients.append(address)
            else:
                sender = address
        return Kept(name, sender, tuple(recipients), content)

    def size(self, name: str) -> int:
        """Octets of the file, envelope lines included."""
        return self._path(name).stat().st_size

    def clear(self) -> None:
        """Forgets every message."""
        for name in self.names():
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if os.path.basename(name) == name and not name.startswith("."):  # noqa: PTH119
            for folder in ("new", "cur"):
                path = self.root / folder / name
                if path.is_file():
                    return path
        raise FileNotFoundError(name)

    def _unique(self) -> str:
        """Time, process and number, as maildir names are made; they sort by time."""
        seconds, rest = divmod(time.time_ns(), 1_000_000_000)
        number = next(self._numbers)
        return f"{seconds}.M{rest // 1000:06}P{os.getpid()}Q{number:08}.{self._host}"


def _bracketed(address: str) -> bytes:
    return f"<{address.strip('<>')}>".encode("utf-8", "surrogateescape")
