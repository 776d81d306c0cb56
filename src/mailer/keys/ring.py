"""Link keys: the newest signs, older ones go on verifying the links of mails already sent."""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from mailer.errors import MailerError
from mailer.keys.files import KEY_OCTETS, damaged, parse_key, read_or_make, replace

LOOK_SECONDS = 1.0
"""How soon a running process notices a rotation."""

_Stamp = tuple[int, int, int]


@dataclass(slots=True)
class KeyRing:
    """Signing keys, oldest to newest: the newest signs, all verify.

    A ring that has a file reads it again when it changes: nobody need be restarted.
    """

    keys: tuple[tuple[int, bytes], ...] = field(repr=False)
    file: Path | None = field(default=None, compare=False)
    _stamp: _Stamp | None = field(default=None, compare=False, repr=False)
    _looked_at: float = field(default=0.0, compare=False, repr=False)

    @classmethod
    def read(cls, file: Path) -> KeyRing:
        """The ring in a file, made there on first use; raises KeyFileError, OSError."""
        read_or_make(file, f"1 {secrets.token_hex(KEY_OCTETS)}")
        stamp = _stamp_of(file)
        return cls(_pairs(read_link_keys(file)), file, stamp, time.monotonic())

    @property
    def newest(self) -> tuple[int, bytes]:
        """The key id and the key that sign from now on."""
        self._look()
        return self.keys[-1]

    def find(self, key_id: int) -> bytes | None:
        """The key of that id, or None when it is unknown or was retired."""
        self._look()
        return dict(self.keys).get(key_id)

    def _look(self) -> None:
        if self.file is None or time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            stamp = _stamp_of(self.file)
            if stamp != self._stamp:
                self.keys, self._stamp = _pairs(read_link_keys(self.file)), stamp
        except (OSError, MailerError):
            # A key that is lost later keeps nobody from leaving.
            return


@dataclass(frozen=True, slots=True)
class LinkKey:
    """One key of the ring, as its file tells it."""

    id: int
    key: bytes = field(repr=False)
    made_at: datetime | None = None
    """None for the first key of a workspace."""


def read_link_keys(file: Path) -> tuple[LinkKey, ...]:
    """The keys in a ring's file, oldest first; raises KeyFileError, OSError."""
    try:
        keys = tuple(_parsed(line) for line in file.read_text(encoding="ascii").splitlines())
    except (ValueError, TypeError):
        raise damaged(file) from None
    if not keys or len({one.id for one in keys}) < len(keys):
        raise damaged(file)
    return keys


def rotate(file: Path, now: datetime, keep: timedelta) -> tuple[LinkKey, tuple[LinkKey, ...]]:
    """Add a key that signs from now on; returns it, and the old ones that were dropped.

    A key is dropped once its successor is older than `keep`: no link that it signed is younger.
    """
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # two rotations at once are two keys
        old = read_link_keys(file)
        new = LinkKey(old[-1].id + 1, secrets.token_bytes(KEY_OCTETS), now)
        kept = tuple(one for one in old if not has_served(one, old, now, keep))
        replace(file, "".join(map(_line, (*kept, new))))
    finally:
        os.close(descriptor)
    return new, tuple(one for one in old if one not in kept)


def has_served(key: LinkKey, ring: Sequence[LinkKey], now: datetime, keep: timedelta) -> bool:
    """Whether even the youngest link that a key signed is older than `keep`."""
    until = replaced_at(key, ring)
    return until is not None and now - until > keep


def replaced_at(key: LinkKey, ring: Sequence[LinkKey]) -> datetime | None:
    """When the next key took over; None for the one that signs now."""
    return next((one.made_at for one in ring if one.id > key.id), None)


def _parsed(line: str) -> LinkKey:
    key_id, text, *made_at = line.split()
    return LinkKey(int(key_id), parse_key(text), *map(datetime.fromisoformat, made_at))


def _line(key: LinkKey) -> str:
    made_at = f" {key.made_at.isoformat()}" if key.made_at else ""
    return f"{key.id} {key.key.hex()}{made_at}\n"


def _pairs(keys: Sequence[LinkKey]) -> tuple[tuple[int, bytes], ...]:
    return tuple((one.id, one.key) for one in keys)


def _stamp_of(file: Path) -> _Stamp:
    found = file.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size
