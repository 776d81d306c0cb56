"""Signed mail as its receiver sees it: dkimpy, which shares nothing with ours, asks a DNS of dicts.

dkimpy wants PyNaCl for Ed25519; it gets the same answers from `cryptography`.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import SimpleNamespace

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mailer.message import DkimSigner, KeyType, new_signing_key, read_signing_key, record_name

DOMAIN = "cafe.example"
Records = Mapping[str, str]


class _VerifyKey:
    def __init__(self, key: bytes, encoder: object) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(b64decode(key))

    def verify(self, message: bytes, signature: bytes) -> None:
        self._key.verify(signature, message)


dkim.nacl = SimpleNamespace(
    signing=SimpleNamespace(VerifyKey=_VerifyKey),
    encoding=SimpleNamespace(Base64Encoder=None),
    exceptions=SimpleNamespace(ValueError=ValueError, BadSignatureError=InvalidSignature),
)

# A signature from the future is refused; whether a test's is one must not depend on today.
dkim.time = SimpleNamespace(time=lambda: datetime(2100, 1, 1, tzinfo=UTC).timestamp())


def signer(kind: KeyType = "rsa") -> DkimSigner:
    """A signer with a key that all tests of a run share."""
    return DkimSigner(DOMAIN, f"{kind}2026", read_signing_key(_pem(kind)))


@lru_cache
def _pem(kind: KeyType) -> bytes:
    return new_signing_key(kind)


def both() -> tuple[DkimSigner, DkimSigner]:
    """RSA, and Ed25519 beside it."""
    return signer("rsa"), signer("ed25519")


def records_of(signers: Iterable[DkimSigner]) -> Records:
    """What their domains publish."""
    return {record_name(each.domain, each.selector): each.key.record for each in signers}


def verdicts(wire: bytes, records: Records | None = None) -> list[bool]:
    """Whether each signature holds, the first field's first; an empty list for unsigned mail."""
    known = records_of(both()) if records is None else records

    def look_up(name: bytes, timeout: float = 0) -> bytes | None:
        text = known.get(name.decode().rstrip("."))
        return text.encode() if text else None

    count = sum(name.lower() == b"dkim-signature" for name, _ in fields(wire))
    return [_holds(wire, number, look_up) for number in range(count)]


def _holds(wire: bytes, number: int, look_up: object) -> bool:
    try:
        return bool(dkim.DKIM(wire).verify(number, dnsfunc=look_up))
    except dkim.DKIMException:
        return False


def fields(wire: bytes) -> list[tuple[bytes, bytes]]:
    """Each header field's name and its value, as it stands on its lines."""
    found: list[tuple[bytes, bytes]] = []
    for line in wire.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if line.startswith((b" ", b"\t")):
            name, value = found.pop()
            found.append((name, value + b"\r\n" + line))
        else:
            name, _, value = line.partition(b":")
            found.append((name, value))
    return found


def tags(value: bytes) -> dict[str, str]:
    """The tags of a DKIM-Signature, without white space (RFC 6376 3.2)."""
    pairs = ("".join(part.split()).partition("=") for part in value.decode().split(";"))
    return {name: text for name, _, text in pairs}
