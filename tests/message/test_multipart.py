"""Two parts joined from chunks are a message that every parser takes apart the same way."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rfc2047
from mailer.message import (
    END_OF_HEADERS,
    HeaderError,
    address_header,
    boundary_for,
    encode_chunk,
    encode_value,
    header,
    multipart_alternative,
)
from message.texts import SUBJECT, bodies, values

FRAME = multipart_alternative(boundary_for("cafe 386 fr"))


def wire(text: list[str], html: list[str], name: str = "Anne") -> bytes:
    return b"".join(
        [
            header("Subject", SUBJECT),
            address_header("To", [(name, "anne@example.com")]),
            FRAME.headers,
            END_OF_HEADERS,
            FRAME.opening,
            *map(encode_chunk, text),
            FRAME.between,
            *map(encode_chunk, html),
            FRAME.closing,
        ]
    )


def content(part: EmailMessage) -> str:
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets.decode().replace("\r\n", "\n")


@given(st.lists(bodies, max_size=3), st.lists(bodies, max_size=3), values)
def test_both_parts_come_back_exactly(text: list[str], html: list[str], name: str) -> None:
    """With or without a line break at their ends, whatever they hold."""
    message = email.message_from_bytes(wire(text, html, name), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert message["Subject"] == SUBJECT
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [content(part) for part in parts] == ["".join(text), "".join(html)]  # type: ignore[arg-type]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]


@given(st.lists(bodies, max_size=3), st.lists(bodies, max_size=3), values)
def test_nothing_in_it_ends_the_message_or_needs_a_dot_stuffed(
    text: list[str], html: list[str], name: str
) -> None:
    """RFC 5321 2.3.8, 4.1.1.4, 4.5.2: only CRLF breaks lines, no line begins with a dot."""
    message = wire(text, html, name)
    assert message.count(b"\r") == message.count(b"\n") == message.count(b"\r\n")
    assert not any(line.startswith(b".") for line in message.split(b"\r\n"))
    assert message.isascii()
    assert message.endswith(b"--\r\n")


@given(bodies)
def test_no_text_can_write_the_boundary(text: str) -> None:
    assert b"=_" not in encode_chunk(text + boundary_for("x") + "\n--" + boundary_for("x"))


def test_a_part_never_ends_in_a_soft_break() -> None:
    """RFC 2045 6.7: the line after a soft break is there, if empty."""
    joined = encode_value("Marie") + FRAME.between
    assert joined.startswith(b"Marie=\r\n\r\n--=_")


def test_the_header_block_names_each_field_once() -> None:
    names = [name for name, _ in rfc2047.fields(wire(["a"], ["b"]))]
    assert names == ["Subject", "To", "MIME-Version", "Content-Type"]
    assert all(len(line) <= 78 for line in FRAME.headers.split(b"\r\n"))


def test_one_seed_has_one_boundary() -> None:
    assert boundary_for("a") == boundary_for("a") != boundary_for("b")


@pytest.mark.parametrize("bad", ["", "plain", "=_" + "x" * 69, '=_"', "=_a b", "=_\r\n", "=_é"])
def test_a_boundary_that_text_could_hold_is_refused(bad: str) -> None:
    with pytest.raises(HeaderError):
        multipart_alternative(bad)
