"""What is hashed is what any verifier hashes: dkimpy's relaxed form is the reference."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st

from mailer.message import BodyHash, encode_chunk, header
from mailer.message.relaxed import relaxed_fields
from message.texts import bodies, values
from signatures import fields

_spaces = st.text(" \t", max_size=3)
_words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
_joints = st.one_of(
    st.text(" \t", min_size=1, max_size=3),
    st.builds("{}\r\n{}".format, _spaces, st.text(" \t", min_size=1, max_size=3)),
)


@st.composite
def blocks(draw: st.DrawFn) -> bytes:
    """Header blocks as anybody might write them: tabs, several spaces, odd folds."""
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.from_regex(r"\A[A-Za-z][A-Za-z-]{0,12}\Z"))
        value = draw(_spaces) + draw(_words)
        for _ in range(draw(st.integers(0, 4))):
            value += draw(_joints) + draw(_words)
        lines.append(f"{name}{draw(_spaces)}:{value}{draw(_spaces)}\r\n")
    return "".join(lines).encode()


@given(blocks())
def test_header_fields_are_relaxed_as_the_standard_says(head: bytes) -> None:
    """RFC 6376 3.4.2."""
    assert [form for _, form in relaxed_fields(head)] == reference(head)


@given(values, values)
def test_our_own_fields_too(subject: str, title: str) -> None:
    head = header("Subject", subject) + header("X-Title", title)
    assert [form for _, form in relaxed_fields(head)] == reference(head)


def reference(head: bytes) -> list[bytes]:
    relaxed = Relaxed.canonicalize_headers(
        [(name, value + b"\r\n") for name, value in fields(head + b"\r\n")]
    )
    return [name + b":" + value for name, value in relaxed]


@given(st.lists(bodies, max_size=6), st.integers(0, 6))
def test_our_bodies_are_relaxed_as_they_stand(texts: list[str], shared: int) -> None:
    """RFC 6376 3.4.4: so nothing has to be made of them before they are hashed."""
    chunks = [*map(encode_chunk, texts), b"--end--\r\n"]
    body = b"".join(chunks)
    expected = sha256(Relaxed.canonicalize_body(body)).digest()
    assert BodyHash(b"".join(chunks[:shared])).of(body) == b64encode(expected)
