"""The one written form of a record and of a seal, over which hashes are taken.

What these functions write may never change: heads that have left the house rest on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailer.consent.merkle import leaf_hash

GENESIS = "0" * 64
"""What stands before the first seal."""

_SEAL = b"\2"


@dataclass(frozen=True, slots=True)
class Sealable:
    """A ledger entry as a seal covers it: with the list's key and the wording's hash."""

    id: int
    subject: str
    list_key: str
    purpose: str
    action: str
    recorded_at: datetime
    stated_at: datetime
    channel: str
    place: str
    source: str
    wording: str | None
    import_id: int | None
    evidence: str

    def fields(self) -> list[object]:
        """Its values in their order, plain enough for JSON."""
        return [
            "mailer consent record 1",
            self.id,
            self.subject,
            self.list_key,
            str(self.purpose),
            str(self.action),
            written(self.recorded_at),
            written(self.stated_at),
            str(self.channel),
            self.place,
            self.source,
            self.wording,
            self.import_id,
            self.evidence,
        ]

    @property
    def leaf(self) -> bytes:
        """The hash that stands for it in a seal's tree."""
        return leaf_of(self.fields())


def leaf_of(fields: Sequence[object]) -> bytes:
    """The hash of a record given as its fields, as a proof carries them."""
    return leaf_hash(compact(list(fields)))


def head_of(previous: str, count: int, root: str, sealed_at: datetime) -> str:
    """The head of a seal: it holds the seal before it, and so everything before that."""
    seal = compact(["mailer seal 1", previous, count, root, written(sealed_at)])
    return hashlib.sha256(_SEAL + seal).hexdigest()


def compact(value: Any) -> bytes:
    """JSON with one spelling for each value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def written(moment: datetime) -> str:
    """A moment in UTC, always to the microsecond: 2026-12-01T09:30:00.000000Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
