"""The Message-ID: the same for every try of one delivery, telling nothing to others."""

from __future__ import annotations

import hmac
import re

from mailer.message.errors import HeaderError

_PURPOSE = b"message-id\0"
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*").fullmatch


def message_id(key: bytes, identity: str, domain: str) -> str:
    """`<…@domain>` for one delivery or notice, with its angle brackets.

    `identity` names the delivery within this installation; 112 bits of a keyed digest of it stand
    in the identifier (RFC 5322 3.6.4 asks for uniqueness; unguessable, because a bounce or a
    complaint that names it is believed). `domain` is the sender's, as A-labels. Raises HeaderError.
    """
    if not _DOMAIN(domain):
        raise HeaderError(f"{domain!r} is not a domain for a Message-ID")
    digest = hmac.digest(key, _PURPOSE + identity.encode(), "sha256")
    return f"<{digest.hex()[:28]}@{domain}>"
