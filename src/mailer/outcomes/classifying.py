"""What a refusal says: about the address, about us, or about this moment (RFC 3463)."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """Whom a refusal is about."""

    DEAD = "dead"
    """The address takes no mail and never will: one such answer is enough."""
    HARD = "hard"
    """Refused for good, for a reason that may be this message's: counted."""
    SOFT = "soft"
    """Refused for now, or a full mailbox: counted over a longer time."""
    POLICY = "policy"
    """About us: reputation, authentication, content. Never the reader's fault."""


# RFC 3463 3.2, RFC 7505 4 (null MX), RFC 5248: no such mailbox, no such domain, mailbox disabled.
DEAD_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
FULL_MAILBOX = "2.2"
SECURITY_OR_POLICY = "7"


def verdict(code: int, enhanced: str) -> Verdict:
    """What the answer with this code and enhanced code says; `enhanced` may be empty."""
    _, _, detail = enhanced.partition(".")
    if detail.startswith(f"{SECURITY_OR_POLICY}."):
        return Verdict.POLICY
    if enhanced in DEAD_CODES:
        return Verdict.DEAD
    if code < 500 or detail == FULL_MAILBOX:
        return Verdict.SOFT
    return Verdict.HARD
