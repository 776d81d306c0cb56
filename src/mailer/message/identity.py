"""The Message-ID: the same for every try of one delivery, telling nothing to others."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailer.keys import BegunMac
from mailer.message.errors import HeaderError

_PURPOSE = b"message-id\0"
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*").fullmatch


def message_id(key: bytes, identity: str, domain: str) -> str:
    """`<…@domain>` for one delivery or notice, with its angle brackets.

    `identity` names the delivery within this installation; 112 bits of a keyed digest of it stand
    in the identifier (RFC 5322 3.6.4 asks for uniqueness; unguessable, because a bounce or a
    complaint that names it is believed). `domain` is the sender's, as A-labels. Raises HeaderError.
    """
    return message_ids(key, "", domain)(identity)


def message_ids(key: bytes, start: str, domain: str) -> Callable[[str], str]:
    """Gives the `message_id` of each identity that begins with `start`. Raises HeaderError."""
    if not _DOMAIN(domain):
        raise HeaderError(f"{domain!r} is not a domain for a Message-ID")
    mac = BegunMac(key, _PURPOSE + start.encode())

    def of(rest: str) -> str:
        return f"<{mac.digest(rest.encode()).hex()[:28]}@{domain}>"

    return of
