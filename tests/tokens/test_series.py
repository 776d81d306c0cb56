"""Tokens of a series are the tokens that `sign` makes, only sooner."""

from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from mailer.keys import BegunMac, KeyRing
from mailer.tokens import Signer, TokenPurpose

numbers = st.integers(min_value=0, max_value=2**63)


@given(key=st.binary(max_size=130), start=st.binary(max_size=200), rest=st.binary(max_size=200))
def test_a_code_begun_once_is_the_code_of_the_whole_message(
    key: bytes, start: bytes, rest: bytes
) -> None:
    begun = BegunMac(key, start)
    begun.digest(b"another message before")
    assert begun.digest(rest) == hmac.new(key, start + rest, hashlib.sha256).digest()


@given(campaign=numbers, deliveries=st.lists(numbers, min_size=1, max_size=5))
def test_a_series_signs_like_sign_and_reads_back(campaign: int, deliveries: list[int]) -> None:
    signer = Signer(KeyRing(((1, b"o" * 32), (300, b"n" * 32))))
    sign = signer.series(TokenPurpose.VIEW, campaign)
    for delivery in deliveries:
        token = sign(delivery)
        assert token == signer.sign(TokenPurpose.VIEW, campaign, delivery)
        assert signer.read(TokenPurpose.VIEW, token) == (campaign, delivery)


def test_a_series_signs_with_the_key_that_signs_now() -> None:
    ring = KeyRing(((1, b"o" * 32),))
    sign = Signer(ring).series(TokenPurpose.VIEW, 7)
    before = sign(8)
    ring.keys = (*ring.keys, (2, b"n" * 32))
    assert sign(8) == Signer(ring).sign(TokenPurpose.VIEW, 7, 8) != before
