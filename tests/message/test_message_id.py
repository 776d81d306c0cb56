"""A Message-ID is the same for every try and tells nobody anything."""

from __future__ import annotations

import re

import pytest

from mailer.message import HeaderError, message_id, plain_header

KEY = b"k" * 32


def test_it_is_the_same_for_one_delivery_and_another_for_each_other() -> None:
    one = message_id(KEY, "delivery 386/12", "cafe.example")
    assert one == message_id(KEY, "delivery 386/12", "cafe.example")
    assert len({one, message_id(KEY, "delivery 386/13", "cafe.example")}) == 2


def test_without_the_key_nobody_can_make_it() -> None:
    assert message_id(KEY, "1", "cafe.example") != message_id(b"x" * 32, "1", "cafe.example")


def test_it_stands_at_the_senders_domain_and_on_one_line() -> None:
    """RFC 5322 3.6.4: a dot-atom on both sides."""
    made = message_id(KEY, "anne@example.com", "news.cafe.example")
    assert re.fullmatch(r"<[0-9a-f]{28}@news\.cafe\.example>", made)
    assert plain_header("Message-ID", made).count(b"\r\n") == 1


@pytest.mark.parametrize("bad", ["", "café.example", "a b", "a\r\nb", "a.", "a>b"])
def test_its_domain_is_checked(bad: str) -> None:
    with pytest.raises(HeaderError):
        message_id(KEY, "1", bad)
