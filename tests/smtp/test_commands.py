"""An address is an address or it does not leave; nothing in it ends a line or adds a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.smtp import Capabilities, Envelope, Kind, Outcome, Pipeline

ALL = Capabilities(pipelining=True, size=0, smtputf8=True, dsn=True)


def lines(recipient: str, envid: str = "") -> list[bytes] | Outcome:
    """The group of a message to this recipient, as lines."""
    pipeline = Pipeline(ALL)
    envelope = Envelope(1, "news@press.example", recipient, b"Hi\r\n", False, envid)
    outcome = pipeline.stage(envelope)
    return outcome or pipeline.begin().split(b"\r\n")


@pytest.mark.parametrize(
    "address",
    [
        "ann@reader.example",
        "o'neill+news=x@reader.example",
        '"ann b"@reader.example',
        r'"a\"b"@reader.example',
        "ann@[192.0.2.1]",
        "ann@[IPv6:2001:db8::1]",
        "zoé@reader.example",
        "δοκιμή@παράδειγμα.example",
    ],
)
def test_addresses_of_all_kinds_stand_in_rcpt(address: str) -> None:
    said = lines(address)
    assert isinstance(said, list)
    assert said[1].decode() == f"RCPT TO:<{address}>"


@given(address=st.text(max_size=30) | st.from_regex(r'\A"?[a-z<> \r\n"@.]+\Z'))
def test_whatever_the_address_the_group_has_three_lines(address: str) -> None:
    said = lines(address)
    if isinstance(said, Outcome):
        assert said.kind is Kind.FAILED
        return
    assert len(said) == 4
    assert said[1] == f"RCPT TO:<{address}>".encode()
    assert said[2:] == [b"DATA", b""]
    assert address.count(">") == 0 or address.startswith('"')


@given(envid=st.text(min_size=1, max_size=30))
def test_an_envelope_id_is_one_word(envid: str) -> None:
    said = lines("ann@reader.example", envid)
    assert isinstance(said, list)
    assert len(said[0].split(b" ")) == 5  # MAIL FROM:<…> SIZE= RET= ENVID=
    assert said[0].isascii()
