"""A domain's signature holds for the very message it was made for, and for no other (RFC 6376)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailer.message import (
    BodyHash,
    DkimSigner,
    HeaderError,
    read_signing_key,
    signature_fields,
)
from signatures import both, fields, records_of, signer, tags, verdicts

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
HEAD = (
    b"Date: Fri, 20 Nov 2026 06:30:00 +0000\r\n"
    b"From: =?utf-8?q?Le_Caf=C3=A9?= <cafe@cafe.example>\r\n"
    b"Reply-To: <redaction@cafe.example>\r\n"
    b"To: Marie <marie@lecteurs.example>\r\n"
    b"Subject: A subject\r\n folded once\r\n"
    b"Message-ID: <1@cafe.example>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"List-Id: <cafe.cafe.example>\r\n"
    b"List-Unsubscribe: <https://cafe.example/u/k1.abc>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"List-Post: NO\r\n"
    b"Feedback-ID: 386:cafe:issue:cafeexample\r\n"
    b"Auto-Submitted: auto-generated\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
)
BODY = b"Bonjour Marie,\r\n\r\nvoil=C3=A0 le num=C3=A9ro =\r\n386.\r\n"
SINGLE = {
    "from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type",
}  # fmt: skip


def signed(
    *signers: DkimSigner, head: bytes = HEAD, body: bytes = BODY, start: bytes = BODY[:9]
) -> bytes:
    signatures = signature_fields(signers, head, BodyHash(start).of(body), NOW)
    return signatures + head + b"\r\n" + body


def one(kind: str) -> dict[str, str]:
    """The tags of one signature."""
    name, value = fields(signed(signer(kind)))[0]  # type: ignore[arg-type]
    assert name == b"DKIM-Signature"
    return tags(value)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_signature_holds(kind: str) -> None:
    assert verdicts(signed(signer(kind))) == [True]  # type: ignore[arg-type]


def test_two_signatures_hold_each_by_itself() -> None:
    """RFC 8463 6: who knows one algorithm only is content with that one."""
    wire = signed(*both())
    assert verdicts(wire) == [True, True]
    algorithms = [tags(value)["a"] for _, value in fields(wire)[:2]]
    assert algorithms == ["rsa-sha256", "ed25519-sha256"]
    without_first = wire[wire.index(b"DKIM-Signature", 1) :]
    assert verdicts(without_first) == [True]


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_what_a_signature_says(kind: str) -> None:
    found = one(kind)
    assert found.keys() == {"v", "a", "c", "d", "s", "t", "h", "bh", "b"}
    assert (found["v"], found["c"]) == ("1", "relaxed/relaxed")
    assert (found["d"], found["s"]) == ("cafe.example", f"{kind}2026")
    assert found["t"] == str(int(NOW.timestamp()))


def test_every_field_that_makes_the_message_is_named_once_more_than_it_stands_there() -> None:
    """RFC 6376 5.4.2; List-Unsubscribe and its Post both: RFC 8058 4."""
    named = one("rsa")["h"].split(":")
    lists = {"list-id", "list-unsubscribe", "list-unsubscribe-post", "list-post", "feedback-id"}
    assert set(named) == SINGLE | lists
    assert {named.count(name) for name in named} == {2}


def test_fields_that_the_way_adds_or_takes_are_not_signed() -> None:
    """RFC 6376 5.4: Received and Return-Path are the transport's own."""
    trace = b"Return-Path: <x@cafe.example>\r\nReceived: from a by b; Fri, 20 Nov 2026\r\n"
    assert not {"received", "return-path", "dkim-signature"} & set(one("rsa")["h"].split(":"))
    assert verdicts(trace + signed(*both())) == [True, True]


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_byte_changed_anywhere_is_noticed(kind: str) -> None:
    """All of the message but white space and the fields that are not signed."""
    wire = signed(signer(kind))  # type: ignore[arg-type]
    begin = wire.index(b"Date:")
    unsigned = wire.index(b"Auto-Submitted")
    free = range(unsigned, wire.index(b"\r\n", unsigned))
    for at in range(begin, len(wire)):
        if at not in free and not wire[at : at + 1].isspace():
            other = b"z" if wire[at : at + 1] != b"z" else b"y"
            assert verdicts(wire[:at] + other + wire[at + 1 :]) != [True], (at, wire[at - 20 : at])


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize(
    "more", [b"More.\r\n", b"\r\nMore.\r\n", b"x"], ids=["a line", "a paragraph", "a character"]
)
def test_nothing_can_be_appended(kind: str, more: bytes) -> None:
    """There is no l= (RFC 6376 8.2)."""
    assert verdicts(signed(signer(kind)) + more) == [False]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(SINGLE | {"list-unsubscribe", "list-id", "feedback-id"}))
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_second_field_of_a_name_is_noticed(name: str, where: str) -> None:
    """RFC 6376 8.15: a reader may be shown either one."""
    second = f"{name.title()}: another\r\n".encode()
    wire = signed(*both())
    head, _, body = wire.partition(b"\r\n\r\n")
    added = second + wire if where == "before" else head + b"\r\n" + second + b"\r\n" + body
    assert verdicts(added) == [False, False]


def test_an_absent_reply_to_cannot_be_put_in() -> None:
    head = HEAD.replace(b"Reply-To: <redaction@cafe.example>\r\n", b"")
    wire = signed(*both(), head=head)
    assert verdicts(wire) == [True, True]
    assert verdicts(b"Reply-To: <thief@other.example>\r\n" + wire) == [False, False]


def test_a_field_that_stands_twice_is_signed_twice() -> None:
    head = b"List-Help: <https://cafe.example/a>\r\nList-Help: <https://cafe.example/b>\r\n" + HEAD
    wire = signed(*both(), head=head)
    assert verdicts(wire) == [True, True]
    assert verdicts(wire.replace(b"example/a>", b"example/c>")) == [False, False]


@pytest.mark.parametrize("length", [1, 20, 63])
def test_no_line_is_too_long_and_every_line_is_folded_at_white_space(length: int) -> None:
    """RFC 5322 2.1.1, 2.2.3."""
    long = DkimSigner("a" * 40 + ".cafe.example", "s" * length, signer().key)
    names = b"".join(b"List-%b: x\r\n" % (b"y" * width) for width in range(1, 44))
    wire = signed(long, head=HEAD + names)
    lines = wire[: wire.index(b"Date:")].split(b"\r\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 78
    assert all(line.startswith(b" ") and line.strip() for line in lines[1:])
    assert verdicts(wire, records_of([long])) == [True]


@pytest.mark.parametrize("start", [b"", BODY[:1], BODY[:-1], BODY])
def test_a_body_hashed_from_any_start_has_the_same_hash(start: bytes) -> None:
    known = BodyHash(start)
    assert known.of(BODY) == known.of(BODY) == BodyHash().of(BODY)


def test_a_message_from_nobody_is_not_signed() -> None:
    with pytest.raises(HeaderError, match="without From"):
        signed(signer(), head=b"To: x@lecteurs.example\r\n")


@pytest.mark.parametrize(
    ("domain", "selector"),
    [
        ("cafe.example;", "s"),
        ("cafe.example\r\n", "s"),
        ("café.example", "s"),
        ("", "s"),
        ("cafe.example", "a b"),
        ("cafe.example", "a.b"),
        ("cafe.example", ""),
        ("cafe.example", "s\n"),
    ],
)
def test_a_signer_has_a_plain_domain_and_selector(domain: str, selector: str) -> None:
    with pytest.raises(HeaderError):
        DkimSigner(domain, selector, signer().key)


# RFC 8463 A: two keys, and a message that the second has signed.
ED25519_OF_RFC_8463 = (
    b"-----BEGIN PRIVATE KEY-----\n"
    b"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    b"-----END PRIVATE KEY-----\n"
)
SIGNED_BY_RFC_8463 = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")


def test_the_standards_own_ed25519_key_and_message_agree_with_us() -> None:
    """RFC 8463 A.1, A.2, A.3."""
    brisbane = DkimSigner("football.example.com", "brisbane", read_signing_key(ED25519_OF_RFC_8463))
    records = records_of([brisbane])
    assert records == {
        "brisbane._domainkey.football.example.com": (
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        )
    }
    assert verdicts(SIGNED_BY_RFC_8463, records) == [True]
    assert verdicts(SIGNED_BY_RFC_8463.replace(b"lost", b"won"), records) == [False]
