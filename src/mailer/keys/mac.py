"""HMAC over many messages that begin alike."""

from __future__ import annotations

import hashlib

_BLOCK_OCTETS = 64  # of SHA-256


class BegunMac:
    """HMAC-SHA-256 (RFC 2104 2) of messages that begin alike: key and beginning are hashed once.

    The library sets the key up anew for each message, which takes it longer than a short one.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, start: bytes = b"") -> None:
        block = (key if len(key) <= _BLOCK_OCTETS else hashlib.sha256(key).digest()).ljust(
            _BLOCK_OCTETS, b"\0"
        )
        self._inner = hashlib.sha256(bytes(octet ^ 0x36 for octet in block))
        self._inner.update(start)
        self._outer = hashlib.sha256(bytes(octet ^ 0x5C for octet in block))

    def digest(self, rest: bytes) -> bytes:
        """The code of the beginning and this."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(rest)
        outer.update(inner.digest())
        return outer.digest()
