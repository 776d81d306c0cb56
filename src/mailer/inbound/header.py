"""What the header of an arrived message says: to whom it came, and whether a robot wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

# Those that a delivery agent writes come first: they name the envelope's recipient.
_RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")


def parse_header(octets: bytes) -> Message:
    """The header in these octets, however broken it is."""
    return BytesHeaderParser().parsebytes(octets)


def recipients(header: Message) -> Iterator[str]:
    """Every address it may have come to."""
    for name in _RECIPIENTS:
        values = [str(value) for value in header.get_all(name, [])]
        yield from (address for _, address in getaddresses(values) if address)


def is_reply_of_a_robot(header: Message) -> bool:
    """Whether no person and nobody on a person's behalf sent it (RFC 3834 2, RFC 5321 4.5.5).

    A bounce has a null sender, a holiday note calls itself a reply. «auto-generated» is neither:
    a mailbox provider may write so in the mail that its own button sends for the reader.
    """
    if any(str(path).strip() == "<>" for path in header.get_all("Return-Path", [])):
        return True
    marks = [
        str(mark).split(";")[0].strip().lower() for mark in header.get_all("Auto-Submitted", [])
    ]
    if any(mark not in {"no", "auto-generated"} for mark in marks):
        return True
    precedence = str(header.get("Precedence", "")).strip().lower()
    return precedence == "auto_reply" or "X-Autoreply" in header
