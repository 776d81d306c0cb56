"""A token is a few numbers and their signature.

Its layout is `key id, numbers…, MAC`, in base64url without padding. The numbers are LEB128, so a
token stays short; the MAC is HMAC-SHA-256 cut to 96 bits (RFC 2104 5 allows no less than 80) over
purpose, key id and numbers. The purpose is signed, not written: a token for one page is nothing on
another.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b32decode, b32encode, urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mailer.errors import InputError
from mailer.keys import BegunMac, KeyRing

MAC_OCTETS = 12
_LONGEST = 80
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class InvalidTokenError(InputError):
    """Not a token of ours, or not for this purpose, or signed by a key long gone."""


class TokenPurpose(StrEnum):
    """What a token lets its bearer do."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    VIEW = "view"
    MANAGE = "manage"
    """The preferences of a subscription, from a mail that belongs to no campaign."""
    CONFIRM = "confirm"
    UNDO = "undo"
    BOUNCE = "bounce"
    CLICK = "click"
    """Says whose copy a content link stood in; only for who agreed to that."""
    OPEN = "open"
    """Says whose copy a pixel stood in; only for who agreed to that."""
    HOLD = "hold"
    """A slot of the schedule, from a proof."""
    FORM = "form"
    """When a form was shown: what fills it in faster than a person can is none."""
    ADDRESS = "address"
    """A change of address, confirmed at the new one."""
    ADDRESS_UNDO = "address-undo"
    """The way back from it, sent to the old one."""


@dataclass(frozen=True, slots=True)
class Use:
    """A token about one delivery; delivery 0 is the test copy that acts on nobody."""

    campaign: int
    delivery: int

    @property
    def is_test(self) -> bool:
        """Whether it came from a test copy."""
        return self.delivery == 0


@dataclass(frozen=True, slots=True)
class SubscriptionClaim:
    """A token about one subscription as it stood at one ledger entry."""

    subscription: int
    consent: int


class Signer:
    """Makes and reads tokens with the workspace's link keys."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def sign(self, purpose: TokenPurpose, *numbers: int) -> str:
        """A token carrying `numbers`, none of them negative."""
        return _text(self._signed(purpose, numbers))

    def series(self, purpose: TokenPurpose, *numbers: int) -> Callable[[int], str]:
        """Signs as `sign` does, for many tokens of which only the last number differs."""
        return _Series(self._ring, purpose, numbers)

    def sign_caseless(self, purpose: TokenPurpose, *numbers: int) -> str:
        """A token in base32, lower case, for places that do not keep case: a local part."""
        octets = self._signed(purpose, numbers)
        return b32encode(octets).rstrip(b"=").decode("ascii").lower()

    def _signed(self, purpose: TokenPurpose, numbers: tuple[int, ...]) -> bytes:
        key_id, key = self._ring.newest
        signed = _number(key_id) + b"".join(map(_number, numbers))
        return signed + _mac(key, purpose, signed)

    def read_caseless(self, purpose: TokenPurpose, token: str) -> Use:
        """The delivery that `sign_caseless` signed, in either case; raises InvalidTokenError."""
        try:
            octets = b32decode(token.upper() + "=" * (-len(token) % 8))
        except (binascii.Error, ValueError):
            raise InvalidTokenError("this address is not one of ours") from None
        # One spelling only here too: the last letter has bits that the decoder forgives.
        if b32encode(octets).rstrip(b"=").decode("ascii") != token.upper():
            raise InvalidTokenError("this address is not one of ours")
        return self.read_use(purpose, _text(octets))

    def read(self, purpose: TokenPurpose, token: str) -> tuple[int, ...]:
        """The numbers of a token made for `purpose`; raises InvalidTokenError."""
        octets = _decoded(token)
        signed, mac = octets[:-MAC_OCTETS], octets[-MAC_OCTETS:]
        numbers = _numbers(signed)
        key = self._ring.find(numbers[0])
        if key is None or not hmac.compare_digest(_mac(key, purpose, signed), mac):
            raise InvalidTokenError("this link is not valid")
        return numbers[1:]

    def read_use(self, purpose: TokenPurpose, token: str) -> Use:
        """The delivery a token is about; raises InvalidTokenError."""
        match self.read(purpose, token):
            case (campaign, delivery):
                return Use(campaign, delivery)
        raise InvalidTokenError("this link is not valid")

    def read_claim(self, purpose: TokenPurpose, token: str) -> SubscriptionClaim:
        """The subscription a token is about; raises InvalidTokenError."""
        match self.read(purpose, token):
            case (subscription, consent):
                return SubscriptionClaim(subscription, consent)
        raise InvalidTokenError("this link is not valid")


class _Series:
    """Tokens that begin alike: key, purpose and first numbers are hashed once a key."""

    __slots__ = ("_head", "_key", "_mac", "_numbers", "_purpose", "_ring")

    def __init__(self, ring: KeyRing, purpose: TokenPurpose, numbers: tuple[int, ...]) -> None:
        self._ring, self._purpose, self._numbers = ring, purpose, numbers
        self._begin(ring.newest)

    def __call__(self, number: int) -> str:
        newest = self._ring.newest
        if newest is not self._key:  # rotated meanwhile
            self._begin(newest)
        last = _number(number)
        return _text(self._head + last + self._mac.digest(last)[:MAC_OCTETS])

    def _begin(self, newest: tuple[int, bytes]) -> None:
        key_id, key = self._key = newest
        self._head = _number(key_id) + b"".join(map(_number, self._numbers))
        self._mac = BegunMac(key, _mac_start(self._purpose) + self._head)


def _mac(key: bytes, purpose: TokenPurpose, signed: bytes) -> bytes:
    return hmac.digest(key, _mac_start(purpose) + signed, "sha256")[:MAC_OCTETS]


def _mac_start(purpose: TokenPurpose) -> bytes:
    return purpose.value.encode("ascii") + b"\0"


def _text(octets: bytes) -> str:
    """In base64url, without padding."""
    return binascii.b2a_base64(octets, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


def _decoded(token: str) -> bytes:
    if not token.isascii() or len(token) > _LONGEST:
        raise InvalidTokenError("this link is not valid")
    try:
        octets = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise InvalidTokenError("this link is not valid") from None
    # One spelling only: stray bits and foreign characters that the decoder forgives are refused.
    if _text(octets) != token:
        raise InvalidTokenError("this link is not valid")
    if len(octets) <= MAC_OCTETS:
        raise InvalidTokenError("this link is not valid")
    return octets


@lru_cache(maxsize=64)  # one delivery's number stands in several tokens
def _number(value: int) -> bytes:
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def _numbers(octets: bytes) -> tuple[int, ...]:
    numbers, value, shift = [], 0, 0
    for octet in octets:
        value |= (octet & 0x7F) << shift
        shift += 7
        if octet < 0x80:
            numbers.append(value)
            value, shift = 0, 0
    if shift:
        raise InvalidTokenError("this link is not valid")
    return tuple(numbers)
