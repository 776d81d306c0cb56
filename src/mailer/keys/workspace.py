"""Every secret of one workspace, in one folder."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailer.keys.files import read_single, unusable
from mailer.keys.ring import KeyRing, LinkKey, read_link_keys, rotate

LINKS = "links.keys"
FOR_EVER = ("suppression.key", "evidence.key", "messages.key", "proofs.key")
"""Never rotated: what they made must still be found, or verified, in years."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Keys:
    """Every secret that the daily work needs.

    Links may be re-keyed; digests may not: a suppression must still be found in three years.
    """

    links: KeyRing = field(repr=False)
    suppression: bytes = field(repr=False)
    evidence: bytes = field(repr=False)
    messages: bytes = field(repr=False)
    """Message-IDs: the same on every try, and nobody else can guess one."""

    def address_digest(self, address_key: str) -> str:
        """A keyed hash of an address, which tells nobody else whose it is (GDPR 4(5))."""
        return hmac.new(self.suppression, address_key.encode(), hashlib.sha256).hexdigest()


def load_keys(folder: Path) -> Keys:
    """The keys in `folder`, made there on first use (directory 0700, files 0600)."""
    return _in(
        folder,
        lambda: Keys(
            links=KeyRing.read(folder / LINKS),
            suppression=read_single(folder / "suppression.key"),
            evidence=read_single(folder / "evidence.key"),
            messages=read_single(folder / "messages.key"),
        ),
    )


def load_proof_key(folder: Path) -> Ed25519PrivateKey:
    """The key that signs documents for people outside, made on first use."""
    return _in(
        folder, lambda: Ed25519PrivateKey.from_private_bytes(read_single(folder / "proofs.key"))
    )


def link_keys(folder: Path) -> tuple[LinkKey, ...]:
    """The keys that sign and verify links, oldest first."""
    load_keys(folder)
    return _in(folder, lambda: read_link_keys(folder / LINKS))


def rotate_links(
    folder: Path, now: datetime, keep: timedelta
) -> tuple[LinkKey, tuple[LinkKey, ...]]:
    """A new key for links, and the old ones that were dropped after their time (see `keep`)."""
    load_keys(folder)
    return _in(folder, lambda: rotate(folder / LINKS, now, keep))


def _in(folder: Path, do: Callable[[], Read]) -> Read:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return do()
    except OSError as error:
        raise unusable(folder, error) from error
