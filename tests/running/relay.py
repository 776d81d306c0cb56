"""A mail server in a process of its own, which writes down whom it got each message for."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from builders import ROOT
from chaos.book import Count, count
from chaos.processes import free_port, listens
from running.services import until


@dataclass(frozen=True)
class Relay:
    """Where it listens, and its book."""

    port: int
    book: Path

    def lines(self) -> int:
        """How many things it did."""
        return self.book.read_bytes().count(b"\n") if self.book.exists() else 0

    def count(self) -> Count:
        """Its book, added up."""
        return count(self.book)

    def copies(self, addresses: list[str]) -> list[int]:
        """How many messages it kept for each of them."""
        total = self.count()
        return [total.copies_for(address) for address in addresses]


@contextlib.contextmanager
def relay(folder: Path) -> Iterator[Relay]:
    """It listens until the block ends."""
    here = Relay(free_port(), folder / "kept.jsonl")
    process = subprocess.Popen(
        [sys.executable, "-m", "chaos.sink", "--port", str(here.port), "--book", str(here.book)],
        cwd=ROOT,
    )
    try:
        until(lambda: listens(here.port), "the relay listens")
        yield here
    finally:
        process.kill()
        process.wait()
