"""What a verification can find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailer.consent.sealing import Head


class Fault(StrEnum):
    """What was done to the ledger."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    EVIDENCE = "evidence changed"
    WORDING = "wording changed"
    SEAL = "seal changed"
    CHAIN = "chain broken"
    REWRITTEN = "past rewritten"
    TIMESTAMP = "time-stamp wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it was sealed; of many of a kind under a seal, the first."""

    fault: Fault
    words: str
    record: int | None = None
    seal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification saw. Nothing found means: as it was sealed."""

    records: int
    """Records under seals."""
    unsealed: int
    """Records that no seal covers yet, of which nothing can be said."""
    seals: int
    stamped: int
    """Seals that a time-stamping authority attests."""
    newest: Head | None
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing speaks against the ledger."""
        return not self.findings


def day(moment: datetime) -> str:
    """A moment as findings tell it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
