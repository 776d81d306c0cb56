"""What is written into the ledger: an entry and what shows that it is true."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailer.store.tables import Action, Channel, Purpose

# Newest entries that let a list's mail go out (GDPR 6(1)(a), 7).
PERMITTING = frozenset({Action.GRANTED, Action.CONFIRMED})

# The person's own will to be left alone, which no import may overrule (GDPR 7(3), 21(3)).
REFUSING = frozenset({Action.WITHDRAWN, Action.OBJECTED, Action.ERASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What shows that an entry is true; it points to the person and may be erased on its own."""

    address: str
    ip: str | None = None
    """As it came; only its network is kept."""
    user_agent: str | None = None
    """As it came; only its family is kept."""
    file_row: int | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that a person, or an operator on evidence, did (GDPR 7(1), EDPB 5/2020)."""

    subject: str
    list_id: int
    action: Action
    channel: Channel
    place: str
    """Where: the page's path, or the imported file's name."""
    stated_at: datetime
    proof: Proof
    purpose: Purpose = Purpose.RECEIVE
    wording_id: int | None = None
    source: str = ""
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """A proof cut down to what may be kept, with the salt that makes its digest unguessable."""

    salt: str
    address: str
    ip_prefix: str | None
    user_agent: str | None
    file_row: int | None
    detail: dict[str, str]

    @classmethod
    def of(cls, proof: Proof) -> EvidenceFacts:
        """What is kept of `proof`."""
        return cls(
            salt=secrets.token_hex(16),
            address=proof.address,
            ip_prefix=cut_ip(proof.ip),
            user_agent=browser_family(proof.user_agent),
            file_row=proof.file_row,
            detail=dict(proof.detail),
        )

    def digest(self, key: bytes) -> str:
        """Keyed SHA-256 over a canonical form: all that the record keeps of it."""
        facts = [
            self.salt,
            self.address,
            self.ip_prefix,
            self.user_agent,
            self.file_row,
            sorted(self.detail.items()),
        ]
        text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def new_subject() -> str:
    """A random name for a person, so that the ledger needs no address (GDPR 4(5))."""
    return secrets.token_hex(16)


def cut_ip(ip: str | None) -> str | None:
    """The network of an address, /24 or /48: enough to recognise, too little to follow."""
    if not ip:
        return None
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


# Looked for in this order: most browsers also name the ones they descend from.
_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Thunderbird", "Thunderbird"),
    ("Chromium", "Chromium"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)


def browser_family(user_agent: str | None) -> str | None:
    """The name of a browser without version or system, «other» where we do not know it."""
    if not user_agent:
        return None
    return next((name for mark, name in _FAMILIES if mark in user_agent), "other")
