"""Replies: several lines, split anywhere, bounded, and read no further than they are true."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.smtp import RemoteError, Reply, ReplyReader

TEXT = st.text(
    st.characters(blacklist_characters="\r\n", blacklist_categories=("Cs",)), max_size=40
)
REPLY = st.tuples(st.integers(200, 599), st.lists(TEXT, min_size=1, max_size=4))


def wire(code: int, lines: list[str]) -> bytes:
    marks = ["-"] * (len(lines) - 1) + [" "]
    return b"".join(f"{code}{m}{line}\r\n".encode() for m, line in zip(marks, lines, strict=True))


def read_all(reader: ReplyReader) -> list[Reply]:
    replies = []
    while (reply := reader.next()) is not None:
        replies.append(reply)
    return replies


@given(replies=st.lists(REPLY, max_size=5), cuts=st.lists(st.integers(0, 500)))
def test_packets_do_not_matter(replies: list[tuple[int, list[str]]], cuts: list[int]) -> None:
    data = b"".join(wire(code, lines) for code, lines in replies)
    places = [0, *sorted(cut for cut in cuts if cut <= len(data)), len(data)]
    reader = ReplyReader()
    read = []
    for start, end in pairwise(places):
        reader.feed(data[start:end])
        read += read_all(reader)
    assert [(reply.code, list(reply.lines)) for reply in read] == replies
    assert reader.rest == b""


@given(data=st.binary(max_size=200))
def test_no_bytes_do_worse_than_a_remote_error(data: bytes) -> None:
    reader = ReplyReader()
    reader.feed(data)
    try:
        replies = read_all(reader)
    except RemoteError as error:
        said, replies = str(error), []
        assert said.isprintable()
    for reply in replies:
        assert 200 <= reply.code <= 599
        assert str(reply).isprintable()


@pytest.mark.parametrize(
    ("raw", "enhanced", "text"),
    [
        (b"5.1.1 No such user", "5.1.1", "No such user"),
        (b"5.1.1", "5.1.1", ""),
        (b"5.7.1 Bad\n5.7.1 very bad", "5.7.1", "Bad very bad"),
        (b"5.1 is my version", "", "5.1 is my version"),
        (b"Try 5.1.1", "", "Try 5.1.1"),
        (b"2.1.1 Ok?", "", "2.1.1 Ok?"),
        (b"5.1.1\x1b[31m red\x07", "", "5.1.1 [31m red"),
        (b"\xff caf\xc3\xa9", "", "\ufffd café"),
    ],
)
def test_enhanced_codes_are_read_where_they_are_true(raw: bytes, enhanced: str, text: str) -> None:
    assert (Reply(550, raw).enhanced, Reply(550, raw).text) == (enhanced, text)


@pytest.mark.parametrize(
    "data",
    [
        b"250 " + b"x" * 5000,
        b"250-" + b"x" * 5000 + b"\r\n",
        b"250-x\r\n" * 6000,
        b"199 Hm\r\n",
        b"600 Hm\r\n",
        b"2500 Hm\r\n",
        b"250_Hm\r\n",
        b"\r\n",
        b"\xb2\xb5\xb0 Ok\r\n",
        b"250-Ok\r\n550 No\r\n",
    ],
)
def test_what_cannot_be_a_reply_is_the_relays_fault(data: bytes) -> None:
    reader = ReplyReader()
    reader.feed(data)
    with pytest.raises(RemoteError):
        read_all(reader)


def test_a_bare_line_feed_ends_a_line_too() -> None:
    reader = ReplyReader()
    reader.feed(b"250-a\n250 b\n")
    assert read_all(reader) == [Reply(250, b"a\nb")]
