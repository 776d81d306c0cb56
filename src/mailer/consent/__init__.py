"""The consent ledger: what each person agreed to, when, how and in which words."""

from mailer.consent.entries import PERMITTING, REFUSING, Entry, Proof, cut_ip, new_subject
from mailer.consent.ledger import (
    newest_action,
    record,
    record_many,
    recorded_at,
    wording_id,
    wording_of,
    wording_text,
)

__all__ = [
    "PERMITTING",
    "REFUSING",
    "Entry",
    "Proof",
    "cut_ip",
    "new_subject",
    "newest_action",
    "record",
    "record_many",
    "recorded_at",
    "wording_id",
    "wording_of",
    "wording_text",
]
