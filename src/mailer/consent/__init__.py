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
from mailer.consent.papers import Checked, ProofError, as_json, as_page, check_proof
from mailer.consent.proving import Document, make_proof, public_key
from mailer.consent.sealing import Head, heads, seal
from mailer.consent.story import Kept, Shown, Told, story_of
from mailer.consent.telling import details, moment, sentence
from mailer.consent.timestamping import Authority, TimestampError, authority_of
from mailer.consent.verifying import verify
from mailer.consent.wordings import Agreement, Version, versions, who_agreed

__all__ = [
    "PERMITTING",
    "REFUSING",
    "Agreement",
    "Authority",
    "Checked",
    "Document",
    "Entry",
    "Fault",
    "Finding",
    "Head",
    "Kept",
    "Proof",
    "ProofError",
    "Shown",
    "TimestampError",
    "Told",
    "Verified",
    "Version",
    "as_json",
    "as_page",
    "authority_of",
    "check_proof",
    "cut_ip",
    "details",
    "heads",
    "make_proof",
    "moment",
    "new_subject",
    "newest_action",
    "public_key",
    "record",
    "record_many",
    "recorded_at",
    "seal",
    "sentence",
    "story_of",
    "verify",
    "versions",
    "who_agreed",
    "wording_id",
    "wording_of",
    "wording_text",
    "wording_text_of",
]
