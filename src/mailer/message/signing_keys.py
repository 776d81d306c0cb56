"""The keys DKIM signs with, and the DNS record that tells the world their public half.

RSA with SHA-256, of 2048 bits when made here (RFC 8301 3.2), and Ed25519 (RFC 8463). `cryptography`
is imported where the first key is touched: commands that sign nothing do not wait for it.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from mailer.message.errors import SigningKeyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

KeyType = Literal["rsa", "ed25519"]

NEW_RSA_BITS = 2048  # RFC 8301 3.2: signers SHOULD use at least these
LEAST_RSA_BITS = 1024  # RFC 8301 3.2: verifiers believe nothing shorter
MOST_RSA_BITS = 4096  # RFC 8301 3.2: verifiers need not read anything longer
LONGEST_TXT_STRING = 255  # RFC 1035 3.3: a length of one octet


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, as far as a signature needs it; the key itself is shown to nobody."""

    type: KeyType
    """As k= names it in the record (RFC 6376 3.6.1, RFC 8463 4)."""
    public: bytes
    """The public half, as p= holds it."""
    sign: Callable[[bytes], bytes] = field(repr=False, compare=False)
    """The signature of the bytes that a message's headers and body hash amount to."""

    @property
    def algorithm(self) -> str:
        """As a= names it."""
        return f"{self.type}-sha256"

    @property
    def record(self) -> str:
        """The text of the TXT record that publishes it (RFC 6376 3.6.1)."""
        encoded = b2a_base64(self.public, newline=False).decode("ascii")
        return f"v=DKIM1; k={self.type}; p={encoded}"


def new_signing_key(kind: KeyType) -> bytes:
    """A new private key as a PEM file holds it, PKCS #8, not encrypted."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    key: RSAPrivateKey | Ed25519PrivateKey
    if kind == "rsa":
        key = generate_private_key(public_exponent=65537, key_size=NEW_RSA_BITS)
    else:
        key = Ed25519PrivateKey.generate()
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


@lru_cache(maxsize=8)  # checking an RSA key takes 50 ms; a notice is signed in one
def read_signing_key(pem: bytes) -> SigningKey:
    """The key in a PEM file; raises SigningKeyError for what is none that may sign."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise SigningKeyError("the key is encrypted", mend="store it without a password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise SigningKeyError("this is not a private key in PEM") from None
    if isinstance(key, RSAPrivateKey):
        return _rsa(key)
    if isinstance(key, Ed25519PrivateKey):
        return _ed25519(key)
    raise SigningKeyError("this is neither an RSA nor an Ed25519 key (RFC 6376 3.3, RFC 8463 3)")


def txt_strings(record: str) -> tuple[str, ...]:
    """A TXT record's text in strings of at most 255 octets, which readers join as they are.

    RFC 6376 3.6.2.2: no space is put between them.
    """
    step = LONGEST_TXT_STRING
    return tuple(record[at : at + step] for at in range(0, len(record), step))


def _rsa(key: RSAPrivateKey) -> SigningKey:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    if not LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS:
        raise SigningKeyError(
            f"an RSA key of {key.key_size} bits is not accepted by all who verify (RFC 8301 3.2)",
            mend=f"make one of {NEW_RSA_BITS}",
        )
    public = key.public_key().public_bytes(
        form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo
    )
    sign = partial(key.sign, padding=PKCS1v15(), algorithm=SHA256())  # RFC 6376 3.3.3
    return SigningKey("rsa", public, sign)


def _ed25519(key: Ed25519PrivateKey) -> SigningKey:
    def sign(data: bytes) -> bytes:
        return key.sign(sha256(data).digest())  # RFC 8463 3: the hash is what is signed

    return SigningKey("ed25519", key.public_key().public_bytes_raw(), sign)
