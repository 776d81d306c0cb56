"""Each delivery's bounces come to an address that says whose they are, and nobody can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import KEYS
from mailer.campaigns import delivery_of, envelope_senders
from mailer.tokens import InvalidTokenError, Use

numbers = st.integers(1, 2**40)


@given(campaign=numbers, delivery=numbers)
def test_an_address_leads_back_to_its_delivery_in_either_case(campaign: int, delivery: int) -> None:
    of = envelope_senders(KEYS, campaign, sender="x@y.example", bounce_domain="b.y.example")
    address = of(delivery)
    local = address.partition("@")[0]
    assert len(local) <= 64  # RFC 5321 4.5.3.1.1
    assert address.isascii()
    assert address == address.lower()
    assert (
        delivery_of(KEYS, address) == delivery_of(KEYS, address.upper()) == Use(campaign, delivery)
    )


@given(delivery=numbers, position=st.integers(0, 200), letter=st.sampled_from("abcxyz234567"))
def test_a_changed_address_is_nobodys(delivery: int, position: int, letter: str) -> None:
    of = envelope_senders(KEYS, 7, sender="x@y.example", bounce_domain="b.y.example")
    local, _, domain = of(delivery).partition("@")
    at = 2 + position % (len(local) - 2)
    changed = local[:at] + letter + local[at + 1 :]
    if changed == local:
        return
    with pytest.raises(InvalidTokenError):
        delivery_of(KEYS, f"{changed}@{domain}")


def test_without_a_bounce_domain_bounces_go_to_from() -> None:
    of = envelope_senders(KEYS, 7, sender="cafe@cafe.example", bounce_domain="")
    assert of(1) == of(2) == "cafe@cafe.example"
