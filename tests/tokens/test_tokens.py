"""A token says what it was signed to say, to nobody else and for nothing else."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.keys import KeyRing
from mailer.tokens import InvalidTokenError, Signer, TokenPurpose, Use

OLD, NEW = (1, b"1" * 32), (2, b"2" * 32)
SIGNER = Signer(KeyRing((OLD, NEW)))
purposes = st.sampled_from(TokenPurpose)
numbers = st.lists(st.integers(0, 2**48), min_size=1, max_size=3)


@given(purpose=purposes, carried=numbers)
def test_what_was_signed_is_read(purpose: TokenPurpose, carried: list[int]) -> None:
    token = SIGNER.sign(purpose, *carried)
    assert SIGNER.read(purpose, token) == tuple(carried)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(purpose=purposes, other=purposes, carried=numbers)
def test_a_token_for_one_purpose_is_nothing_for_another(
    purpose: TokenPurpose, other: TokenPurpose, carried: list[int]
) -> None:
    if purpose is not other:
        with pytest.raises(InvalidTokenError):
            SIGNER.read(other, SIGNER.sign(purpose, *carried))


@given(carried=numbers, bit=st.integers(0, 10_000))
def test_no_bit_can_be_changed(carried: list[int], bit: int) -> None:
    token = SIGNER.sign(TokenPurpose.UNSUBSCRIBE, *carried)
    octets = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    octets[bit // 8 % len(octets)] ^= 1 << bit % 8
    changed = urlsafe_b64encode(bytes(octets)).rstrip(b"=").decode()
    with pytest.raises(InvalidTokenError):
        SIGNER.read(TokenPurpose.UNSUBSCRIBE, changed)


@given(text=st.text(max_size=100))
def test_what_somebody_types_is_no_token(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        SIGNER.read(TokenPurpose.UNSUBSCRIBE, text)
    with pytest.raises(InvalidTokenError):
        SIGNER.read_caseless(TokenPurpose.BOUNCE, text)


@given(carried=numbers, letter=st.sampled_from("AZaz09-_"))
def test_a_token_has_one_spelling(carried: list[int], letter: str) -> None:
    token = SIGNER.sign(TokenPurpose.VIEW, *carried)
    for other in (token + "=", token + letter, token[:-1], f" {token}", token.swapcase()):
        if other != token:
            with pytest.raises(InvalidTokenError):
                SIGNER.read(TokenPurpose.VIEW, other)


@given(carried=numbers)
def test_an_older_key_still_verifies_until_it_is_retired(carried: list[int]) -> None:
    token = Signer(KeyRing((OLD,))).sign(TokenPurpose.VIEW, *carried)
    assert SIGNER.read(TokenPurpose.VIEW, token) == tuple(carried)
    with pytest.raises(InvalidTokenError):
        Signer(KeyRing((NEW,))).read(TokenPurpose.VIEW, token)
    with pytest.raises(InvalidTokenError):
        Signer(KeyRing(((1, b"x" * 32),))).read(TokenPurpose.VIEW, token)


def test_a_token_about_one_delivery_says_which_and_whether_it_is_a_test() -> None:
    read = SIGNER.read_use
    assert read(TokenPurpose.VIEW, SIGNER.sign(TokenPurpose.VIEW, 3, 7)) == Use(3, 7)
    assert read(TokenPurpose.VIEW, SIGNER.sign(TokenPurpose.VIEW, 0, 0)).is_test
    for carried in ((), (1,), (1, 2, 3)):
        with pytest.raises(InvalidTokenError):
            read(TokenPurpose.VIEW, SIGNER.sign(TokenPurpose.VIEW, *carried))


def test_a_key_is_never_shown() -> None:
    assert "111" not in repr(KeyRing((OLD,)))
