"""The consent ledger: what each person agreed to, when, how and in which words."""

from mailer.consent.entries import PERMITTING, REFUSING, Entry, Proof, cut_ip, new_subject
from mailer.consent.findings import Fault, Finding, Verified
from mailer.consent.ledger import (
    newest_action,
    record,
    record_many,
    recorded_at,
    wording_id,
    wording_of,
    wording_text,
    wording_text_of,
)
from mailer.consent.sealing import Head, heads, seal
from mailer.consent.verifying import verify

__all__ = [
    "PERMITTING",
    "REFUSING",
    "Entry",
    "Fault",
    "Finding",
    "Head",
    "Proof",
    "Verified",
    "cut_ip",
    "heads",
    "new_subject",
    "newest_action",
    "record",
    "record_many",
    "recorded_at",
    "seal",
    "verify",
    "wording_id",
    "wording_of",
    "wording_text",
    "wording_text_of",
]
