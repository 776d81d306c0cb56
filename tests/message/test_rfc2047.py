"""The tests' own reader of encoded words does what RFC 2047 shows in its examples."""

from __future__ import annotations

import pytest

import rfc2047


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # RFC 2047 8, as they are to be displayed.
        (b"=?ISO-8859-1?Q?a?=", "a"),
        (b"=?ISO-8859-1?Q?a?= b", "a b"),
        (b"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        (b"=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"),
        (b"=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
        (b"=?ISO-8859-1?Q?a_b?=", "a b"),
        (b"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
        (b"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"),
        (b"=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=", "u understand the example."),
        (b" =?utf-8*fr?q?=C3=A9t=C3=A9?=", "été"),
        # What is no encoded word stands for itself.
        (b"a=?utf-8?q?b?=", "a=?utf-8?q?b?="),
        (b"=?utf-8?q?a b?=", "=?utf-8?q?a b?="),
        (b"=?utf-8?q?" + b"x" * 64 + b"?=", "=?utf-8?q?" + "x" * 64 + "?="),
    ],
)
def test_text_is_decoded_as_the_rfc_shows(body: bytes, text: str) -> None:
    assert rfc2047.text_value(body) == text


def test_mailboxes_are_taken_apart_as_the_rfc_shows() -> None:
    body = (
        b" =?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>,\r\n"
        b' "Last, \\"First\\"" <a@example.com>, b@example.com'
    )
    assert rfc2047.mailboxes(body) == [
        ("Keith Moore", "moore@cs.utk.edu"),
        ('Last, "First"', "a@example.com"),
        ("", "b@example.com"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"Last, First <a@example.com>",
        b"=?utf-8?q?a=2Cb.c?= <a@example.com>",
        b'"open <a@example.com>',
        b"=?utf-8?q?a?=@example.com",
        b"Anne <=?utf-8?q?a?=@example.com>",
        b"Anne <a@example.com>\nBcc: b@example.com",
    ],
)
def test_what_the_rfc_forbids_in_an_address_is_refused(body: bytes) -> None:
    with pytest.raises(rfc2047.NotInTheRfc):
        rfc2047.mailboxes(body)
