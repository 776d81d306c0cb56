"""Which keys sign, and how the world is told of them."""

from __future__ import annotations

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mailer.message import SigningKeyError, new_signing_key, read_signing_key, txt_strings
from signatures import signer


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes = b"") -> bytes:
    lock = form.BestAvailableEncryption(password) if password else form.NoEncryption()
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)


def rsa_pem(bits: int) -> bytes:
    return pem(rsa.generate_private_key(public_exponent=65537, key_size=bits))


def short_pem() -> bytes:
    """An RSA key of 648 bits, from two primes everybody knows: no library makes one so short."""
    p, q, e = 2**521 - 1, 2**127 - 1, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, p * q)
    )
    return pem(numbers.private_key())


def test_a_new_rsa_key_has_2048_bits_and_is_stored_as_pkcs8() -> None:
    """RFC 8301 3.2."""
    made = new_signing_key("rsa")
    assert made.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    public = load_der_public_key(read_signing_key(made).public)
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.key_size == 2048


def test_two_new_keys_are_two() -> None:
    assert new_signing_key("ed25519") != new_signing_key("ed25519")


def test_a_key_of_1024_bits_still_signs() -> None:
    """RFC 8301 3.2: what another product made may be used on."""
    assert read_signing_key(rsa_pem(1024)).algorithm == "rsa-sha256"


@pytest.mark.parametrize("content", [short_pem(), rsa_pem(5120)], ids=["648", "5120"])
def test_a_key_that_verifiers_do_not_accept_is_refused(content: bytes) -> None:
    """RFC 8301 3.2: shorter than 1024 bits, or longer than 4096."""
    with pytest.raises(SigningKeyError, match="bits"):
        read_signing_key(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a private key"),
        (b"\xff\x00", "not a private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not a private key"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "neither"),
        (pem(ec.generate_private_key(ec.SECP256R1()), b"secret"), "encrypted"),
    ],
    ids=["empty", "binary", "truncated", "another kind", "encrypted"],
)
def test_what_is_no_signing_key_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(SigningKeyError, match=why):
        read_signing_key(content)


def test_an_rsa_record_holds_the_public_key() -> None:
    """RFC 6376 3.6.1."""
    key = signer("rsa").key
    start, _, encoded = key.record.partition("; p=")
    assert start == "v=DKIM1; k=rsa"
    assert isinstance(load_der_public_key(b64decode(encoded)), rsa.RSAPublicKey)


def test_an_ed25519_record_holds_32_octets() -> None:
    """RFC 8463 4.2."""
    start, _, encoded = signer("ed25519").key.record.partition("; p=")
    assert start == "v=DKIM1; k=ed25519"
    assert len(b64decode(encoded)) == 32


@pytest.mark.parametrize("length", [1, 254, 255, 256, 400, 511])
def test_a_record_is_cut_into_strings_that_join_to_itself(length: int) -> None:
    record = ("v=DKIM1; k=rsa; p=" + "A" * 600)[:length]
    strings = txt_strings(record)
    assert "".join(strings) == record
    assert all(0 < len(string) <= 255 for string in strings)


def test_no_key_is_shown_by_its_repr() -> None:
    shown = repr(signer("rsa")) + str(signer("ed25519"))
    assert "sign=" not in shown
    assert "Private" not in shown
