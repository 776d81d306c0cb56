"""Many addresses of few domains: each domain is checked once, plain local parts by a pattern."""

from __future__ import annotations

import re
from functools import lru_cache

from mailer.address import Address, AddressError

LONGEST_LOCAL_PART = 64  # RFC 5321 4.5.3.1.1
LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3, less the angle brackets

# RFC 5321 4.1.2, Dot-string; what most addresses are made of, and a part of what parsing takes.
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9.-]+")


def parse_address(text: str) -> Address:
    """The address in `text`, exactly as Address.parse has it; raises AddressError."""
    if len(text) <= LONGEST_ADDRESS and _PLAIN.fullmatch(text):
        local, _, domain = text.partition("@")
        address = Address(local, _domain(domain))
    else:
        address = Address.parse(text)
    octets = len(address.local.encode())
    if octets > LONGEST_LOCAL_PART:
        raise AddressError(f"{octets} octets before the @, and {LONGEST_LOCAL_PART} are allowed")
    return address


@lru_cache(maxsize=4096)
def _domain(text: str) -> str:
    return Address.parse(f"a@{text}").domain
