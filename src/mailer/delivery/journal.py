"""The journal: what happened to each message, written down before the next one leaves.

A record is `length, CRC-32, kind, origin, id, code, doubts, words`; records follow each other in
space that was reserved before, so that a full disk stops the next content and loses no outcome.
write() survives a killed process; fdatasync bounds what a power cut can hide. A journal is locked
by the worker that writes it: one without a lock has lost its worker and is read back.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
import time
import zlib
from collections.abc import Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from mailer.errors import MailerError

_FRAME = struct.Struct("<II")
_BODY = struct.Struct("<BQQHH")
SUFFIX = ".journal"
DRAFT = ".draft"
# A draft lives for an instant; one so old has lost its worker.
OLD_DRAFT_SECONDS = 60
RESERVE_OCTETS = 1 << 20
# Room that must remain for the outcomes of everything in flight, each on a hundred connections.
KEPT_FREE_OCTETS = 1 << 18
LONGEST_REPLY = 400


class JournalError(MailerError):
    """The journal cannot be written; nothing more is sent until it can."""


class Kind(IntEnum):
    """What a record says of a message."""

    INTENT = 1
    ACCEPTED = 2
    DEFERRED = 3
    FAILED = 4
    DOUBT = 5
    UNSENT = 6


class Record(NamedTuple):
    """One line of the journal."""

    kind: Kind
    origin: int
    """The campaign, or 0 for a notice."""
    id: int
    """The delivery's, or the notice's."""
    code: int = 0
    doubts: int = 0
    """How often this message was in doubt before."""
    reply: str = ""


class Journal:
    """The journal of one worker."""

    def __init__(self, file: Path) -> None:
        """Make and lock it; raises JournalError."""
        self.file = file
        self.unsynced = 0
        """Records written since the last sync."""
        self._end = 0
        self._reserved = 0
        # Locked before it has its name: nobody may take a journal just begun for an orphan.
        draft = file.with_suffix(DRAFT)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise _explained(file, error) from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._reserve()
            draft.rename(file)
        except OSError as error:
            draft.unlink()
            os.close(self._descriptor)
            raise _explained(file, error) from None

    @property
    def size(self) -> int:
        """Octets written."""
        return self._end

    def write(self, settled: Record | None, intent: Record | None) -> None:
        """Append an outcome and the intent that follows it, in one write.

        Raises JournalError where the disk is full; the outcome is written even then.
        """
        octets = _encoded(settled) if settled else b""
        full: OSError | None = None
        try:
            self._make_room(len(octets))
        except OSError as error:
            full = error
        else:
            octets += _encoded(intent) if intent else b""
        try:
            self._append(octets)
        except OSError as error:
            raise _explained(self.file, error) from None
        if full is not None and intent is not None:
            raise _explained(self.file, full)

    def sync(self) -> None:
        """Force what was written to the disk; raises JournalError."""
        self.unsynced = 0
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise _explained(self.file, error) from None

    def remove(self) -> None:
        """Delete it: everything it says is durable in the database."""
        self.file.unlink()
        os.close(self._descriptor)

    def close(self) -> None:
        """Leave it behind for whoever reads it back."""
        os.close(self._descriptor)

    def _append(self, octets: bytes) -> None:
        """All of it or, where the disk fails, nothing that a later record does not overwrite."""
        written = 0
        while written < len(octets):
            written += os.pwrite(self._descriptor, octets[written:], self._end + written)
        self._end += written
        self.unsynced += 1

    def _make_room(self, needed: int) -> None:
        while self._end + needed + KEPT_FREE_OCTETS > self._reserved:
            self._reserve()

    def _reserve(self) -> None:
        os.posix_fallocate(self._descriptor, self._reserved, RESERVE_OCTETS)
        self._reserved += RESERVE_OCTETS


def journal_file(folder: Path, worker: str, segment: int) -> Path:
    """The name of a worker's journal; a long one goes on in further segments."""
    return folder / f"{worker}.{segment:06d}{SUFFIX}"


class Orphan:
    """The journal of a worker that is gone, locked by us while it is read back."""

    def __init__(self, worker: str, files: Sequence[Path], descriptors: Sequence[int]) -> None:
        self.worker = worker
        self._files = files
        self._descriptors = descriptors

    def records(self) -> Iterator[Record]:
        """What it says, each segment up to the first record that was not written whole."""
        for file in self._files:
            yield from read_records(file)

    def remove(self) -> None:
        """Delete it: everything it says is durable in the database."""
        for file in self._files:
            file.unlink()
        _let_go(self._descriptors)


def orphans(folder: Path) -> Iterator[Orphan]:
    """The journals in `folder` that no living worker holds, whole or not at all."""
    by_worker: dict[str, list[Path]] = {}
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        by_worker.setdefault(_worker_of(file), []).append(file)
    for worker, files in by_worker.items():
        descriptors = _locked(files)
        if not descriptors:
            continue
        # One that went on in a new segment since we looked, and died then, is whole next time.
        if files == sorted(folder.glob(f"{worker}.*{SUFFIX}")):
            yield Orphan(worker, files, descriptors)
        else:
            _let_go(descriptors)


def drop_old_drafts(folder: Path) -> None:
    """Delete what workers left behind that died as they made their journal: it says nothing."""
    for draft in folder.glob(f"*{DRAFT}"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - draft.stat().st_mtime > OLD_DRAFT_SECONDS:
                draft.unlink()


def journalling_workers(folder: Path) -> set[str]:
    """The workers, alive or gone, that have a journal in `folder`."""
    return {_worker_of(file) for file in folder.glob(f"*{SUFFIX}")}


def _worker_of(file: Path) -> str:
    return file.name.removesuffix(SUFFIX).rpartition(".")[0]


def _locked(files: Sequence[Path]) -> list[int]:
    """Locks on all of the files, or none where their worker lives or has removed one."""
    descriptors: list[int] = []
    try:
        for file in files:
            descriptors.append(os.open(file, os.O_RDWR))
            fcntl.flock(descriptors[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        _let_go(descriptors)
        return []
    return descriptors


def _let_go(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def read_records(file: Path) -> Iterator[Record]:
    """The records of a journal, up to the first that was not written whole."""
    octets = file.read_bytes()
    position = 0
    while position + _FRAME.size <= len(octets):
        length, crc = _FRAME.unpack_from(octets, position)
        position += _FRAME.size
        body = octets[position : position + length]
        if length < _BODY.size or len(body) < length or zlib.crc32(body) != crc:
            return
        position += length
        kind, origin, id_, code, doubts = _BODY.unpack_from(body)
        words = body[_BODY.size :].decode("utf-8", "replace")
        yield Record(Kind(kind), origin, id_, code, doubts, words)


def _encoded(record: Record) -> bytes:
    words = record.reply[:LONGEST_REPLY].encode(errors="replace")
    body = _BODY.pack(record.kind, record.origin, record.id, record.code, record.doubts) + words
    return _FRAME.pack(len(body), zlib.crc32(body)) + body


def _explained(file: Path, error: OSError) -> JournalError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return JournalError(
            f"the disk of {file.parent} is full: sending stopped, no outcome is lost",
            mend="make room and run the same command again",
        )
    return JournalError(
        f"the journal {file} cannot be written: {error.strerror}",
        mend="make the folder writable for the user who runs mailer",
    )
