"""A copy of each seal in a file outside the database, named by its head.

A head alone shows that the past was rewritten; with the copy it names what was. The copy needs no
guarding: its name is the hash of what it holds, so a changed one is known for it. It holds hashes
and nothing about anybody.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from mailer.consent.canonical import head_of, written
from mailer.consent.merkle import root_of


@dataclass(frozen=True)
class SealCopy:
    """A seal with the ids and leaf hashes of the records it covers, in their order."""

    previous: str
    sealed_at: datetime
    leaves: tuple[tuple[int, bytes], ...]

    @cached_property
    def root(self) -> str:
        """The root over its records."""
        return root_of([leaf for _, leaf in self.leaves]).hex()

    @cached_property
    def head(self) -> str:
        """The head that this seal has."""
        return head_of(self.previous, len(self.leaves), self.root, self.sealed_at)


def keep_copy(folder: Path, copy: SealCopy) -> Path:
    """Write a copy, there whole or not at all; returns its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = _file(folder, copy.head)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    opening = json.dumps({"previous": copy.previous, "sealed_at": written(copy.sealed_at)})
    lines = "\n".join([opening, *(f"{id_} {leaf.hex()}" for id_, leaf in copy.leaves)])
    with draft.open("wb") as stream:
        stream.write(gzip.compress(lines.encode(), compresslevel=1, mtime=0))
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(file)
    return file


def read_copy(folder: Path, head: str) -> SealCopy | None:
    """The copy of the seal with that head; None where there is none that rightly bears its name."""
    try:
        opening, *lines = gzip.decompress(_file(folder, head).read_bytes()).decode().split("\n")
        told = json.loads(opening)
        copy = SealCopy(
            previous=told["previous"],
            sealed_at=datetime.fromisoformat(told["sealed_at"]),
            leaves=tuple(_leaf(line) for line in lines),
        )
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return None
    return copy if copy.head == head else None


def copies_up_to(folder: Path, head: str) -> Sequence[SealCopy]:
    """The copies from the first seal whose copy is there up to that head, oldest first."""
    found: list[SealCopy] = []
    copy = read_copy(folder, head)
    while copy is not None:
        found.append(copy)
        copy = read_copy(folder, copy.previous)
    return found[::-1]


def _leaf(line: str) -> tuple[int, bytes]:
    id_, _, leaf = line.partition(" ")
    return int(id_), bytes.fromhex(leaf)


def _file(folder: Path, head: str) -> Path:
    return folder / f"{head}.seal.gz"
