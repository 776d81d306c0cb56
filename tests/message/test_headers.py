"""A header says to every reader what was put into it, and never more lines than it has."""

from __future__ import annotations

import email
import email.header
import email.policy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import rfc2047
from mailer.message import (
    HeaderError,
    address_header,
    date_header,
    header,
    list_id_header,
    plain_header,
    uri_header,
)
from message.texts import EMOJI, NAMES, SUBJECT, values

BREAKS = ["a\r\nBcc: x@example.com", "a\nb", "a\rb", "a\0b", "\r\n", "a\ud83d"]


def assert_well_folded(field: bytes) -> None:
    """RFC 5322 2.1.1, 2.2.3; RFC 2047 2: widths, no empty line, words within theirs."""
    assert field.endswith(b"\r\n")
    assert field.count(b"\r") == field.count(b"\n") == field.count(b"\r\n")
    lines = field.split(b"\r\n")[:-1]
    assert not lines[0].endswith(b":") or len(lines) == 1, "a name alone on its line"
    for at, line in enumerate(lines):
        assert line.strip(), "a line of white space alone"
        assert (at > 0) == line.startswith(b" ")
        assert len(line) <= (76 if b"=?utf-8?" in line else 78) or line.count(b" ") == 1
    assert all(len(word) <= 75 for word in rfc2047.encoded_words(field.partition(b":")[2]))


def body(field: bytes) -> bytes:
    ((_, value),) = rfc2047.fields(field)
    return value


def by_decode_header(field: bytes) -> str:
    """Python's older decoder, which treats the white space between words by the RFC."""
    text = rfc2047.unfold(body(field)).removeprefix(" ")
    return str(email.header.make_header(email.header.decode_header(text)))


def by_parser(field: bytes, name: str) -> str:
    message = email.message_from_bytes(field + b"\r\n", policy=email.policy.default)
    assert len(message.keys()) == 1
    return str(message[name])


@given(values)
@example(SUBJECT)
@example("é " * 60)
@example("word " * 40 + "é" + " word" * 40)
@example("a  b")
@example(" ")
@example("x" * 71)
@example("Z" + "\u0301" * 12 + "algo " * 20)
def test_text_comes_back_as_it_went_in(value: str) -> None:
    """By three decoders, one of them written from the RFC alone."""
    field = header("Subject", value)
    assert_well_folded(field)
    assert field.isascii()
    assert rfc2047.text_value(body(field)) == value
    assert by_decode_header(field) == value
    assert by_parser(field, "Subject") == value


@given(values)
def test_the_longest_name_leaves_its_value_whole(value: str) -> None:
    name = "X-" + "n" * 48
    field = header(name, value)
    assert_well_folded(field)
    assert rfc2047.text_value(body(field)) == value


@pytest.mark.parametrize("value", [SUBJECT, *NAMES])
def test_awkward_names_and_subjects_come_back(value: str) -> None:
    field = header("Subject", value)
    assert_well_folded(field)
    assert rfc2047.text_value(body(field)) == by_decode_header(field) == value


def test_plain_words_stay_readable_and_only_the_others_are_encoded() -> None:
    assert header("Subject", "The weekly, number 386") == b"Subject: The weekly, number 386\r\n"
    assert header("Subject", "La présentation du matin") == (
        b"Subject: La =?utf-8?Q?pr=C3=A9sentation?= du matin\r\n"
    )
    assert header("Subject", "") == b"Subject:\r\n"


def test_the_shorter_of_q_and_b_is_taken() -> None:
    assert b"?Q?" in header("Subject", "présentation")
    assert b"?B?" in header("Subject", "김철수")


def test_long_ascii_is_folded_at_spaces_and_not_encoded() -> None:
    field = header("Subject", "word " * 40 + "end")
    assert_well_folded(field)
    assert b"=?" not in field
    assert len(field.split(b"\r\n")[0]) > 70


@pytest.mark.parametrize("emoji", EMOJI[:4] + EMOJI[5:])
@pytest.mark.parametrize("before", range(30, 62))
def test_what_a_reader_sees_as_one_character_stands_in_one_word(emoji: str, before: int) -> None:
    field = header("Subject", "é" + "x" * before + emoji + "x" * 60)
    words = map(str.encode, rfc2047.encoded_words(body(field)))
    assert any(emoji in rfc2047.text_value(word) for word in words)


@given(values, st.sampled_from(["anne@example.com", "a." * 30 + "b@" + "sub." * 40 + "example"]))
@example(SUBJECT, "anne@example.com")
def test_a_display_name_comes_back_beside_its_address(display: str, address: str) -> None:
    """And the address is never touched (RFC 2047 5)."""
    field = address_header("To", [(display, address)])
    assert_well_folded(field)
    assert rfc2047.mailboxes(body(field)) == [(display, address)]
    assert address.encode() in field


@pytest.mark.parametrize("display", [*NAMES, SUBJECT])
def test_pythons_parser_reads_the_same_name_and_address(display: str) -> None:
    """But for white space where a name has several words: Python 3.11 puts some between encoded
    words of a phrase and makes one of many; its older decoder does neither.
    """
    field = address_header("To", [(display, "anne@example.com")])
    message = email.message_from_bytes(field + b"\r\n", policy=email.policy.default)
    (mailbox,) = message["To"].addresses
    assert mailbox.addr_spec == "anne@example.com"
    assert "".join(mailbox.display_name.split()) == "".join(display.split())
    if len(rfc2047.encoded_words(body(field))) < 2 and display.split(" ") == display.split():
        assert mailbox.display_name == display
    if b"=?utf-8?" in field:
        assert by_decode_header(field) == f"{display} <anne@example.com>"


@given(st.lists(values, min_size=1, max_size=4))
def test_several_mailboxes_stay_apart(displays: list[str]) -> None:
    pairs = [(display, f"reader{at}@example.com") for at, display in enumerate(displays)]
    field = address_header("Reply-To", pairs)
    assert_well_folded(field)
    assert rfc2047.mailboxes(body(field)) == pairs


def test_a_phrase_is_plain_quoted_or_encoded_as_it_needs() -> None:
    """RFC 5322 3.2.5, RFC 2047 5 (3)."""
    address = "a@example.com"
    assert address_header("To", [("", address)]) == b"To: a@example.com\r\n"
    assert (
        address_header("To", [("Anne Martin", address)]) == b"To: Anne Martin <a@example.com>\r\n"
    )
    assert (
        address_header("To", [('J. "Jo" O', address)]) == b'To: "J. \\"Jo\\" O" <a@example.com>\r\n'
    )
    assert (
        address_header("To", [("Zoé Martin, Ltd", address)])
        == b"To: =?utf-8?Q?Zo=C3=A9_Martin=2C_Ltd?= <a@example.com>\r\n"
    )


def test_an_internationalised_local_part_goes_out_as_utf_8_and_its_domain_as_ascii() -> None:
    """RFC 6532 3.2; who sends it needs SMTPUTF8 (RFC 6531)."""
    field = address_header("To", [("Zoé", "zoé@xn--caf-dma.example")])
    assert "<zoé@xn--caf-dma.example>".encode() in field
    assert rfc2047.mailboxes(body(field)) == [("Zoé", "zoé@xn--caf-dma.example")]
    with pytest.raises(HeaderError):
        address_header("To", [("Zoé", "zoe@café.example")])


@pytest.mark.parametrize("bad", BREAKS)
def test_no_value_ends_its_line(bad: str) -> None:
    """CR, LF and NUL are refused, not stripped (RFC 5322 2.2)."""
    writers: tuple[Callable[[], bytes], ...] = (
        lambda: header("Subject", bad),
        lambda: plain_header("Feedback-ID", bad),
        lambda: uri_header("List-Unsubscribe", ["https://example.com/" + bad]),
        lambda: address_header("To", [(bad, "a@example.com")]),
        lambda: address_header("To", [("", bad + "@example.com")]),
        lambda: address_header("To", [("Anne", "a@example.com" + bad)]),
        lambda: list_id_header(bad, "weekly.example.com"),
        lambda: list_id_header("Weekly", "weekly.example.com" + bad),
        lambda: header(bad, "value"),
    )
    for write in writers:
        with pytest.raises(HeaderError):
            write()


@pytest.mark.parametrize("name", ["", "Sub ject", "Subject:", "Objét", "a\x7f", "x" * 51])
def test_a_header_name_is_checked(name: str) -> None:
    for write in (header, plain_header):
        with pytest.raises(HeaderError, match="header name"):
            write(name, "value")
    with pytest.raises(HeaderError, match="header name"):
        address_header(name, [("Anne", "a@example.com")])


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "anne",
        "anne@",
        "@example.com",
        "a b@example.com",
        "a@b@example.com",
        "a@example.com>",
        "<a@example.com>",
        "a@example.com, b@example.com",
        ".a@example.com",
        "a@example..com",
        "a\x85b@example.com",
        "a" * 250 + "@example.com",
    ],
)
def test_what_is_no_address_is_refused(bad: str) -> None:
    for display in ("", "Anne", "Zoé"):
        with pytest.raises(HeaderError):
            address_header("To", [(display, bad)])


def test_an_address_field_has_an_address() -> None:
    with pytest.raises(HeaderError, match="no address"):
        address_header("To", [])


def test_a_date_is_in_utc_and_in_english_whatever_the_zone() -> None:
    """RFC 5322 3.3."""
    paris = timezone(timedelta(hours=2))
    expected = b"Date: Fri, 05 Jun 2026 05:30:00 +0000\r\n"
    assert date_header(datetime(2026, 6, 5, 7, 30, tzinfo=paris)) == expected
    for bad in (datetime(2026, 6, 5, 7, 30), datetime(1899, 1, 1, tzinfo=UTC)):  # noqa: DTZ001
        with pytest.raises(HeaderError):
            date_header(bad)


@given(values)
@example("Le Café – la lettre")
def test_a_list_is_named_by_title_and_identifier(title: str) -> None:
    """RFC 2919 2."""
    field = list_id_header(title, "weekly.cafe.example")
    assert_well_folded(field)
    ((name, value),) = rfc2047.fields(field)
    assert name == "List-Id"
    assert rfc2047.mailboxes(value) == [(title, "weekly.cafe.example")]
    assert field.endswith(b"<weekly.cafe.example>\r\n")


@pytest.mark.parametrize(
    "bad", ["", "weekly", "weekly.", "a b.example", "x." * 130 + "example", "é.b"]
)
def test_a_list_identifier_is_like_a_domain(bad: str) -> None:
    with pytest.raises(HeaderError):
        list_id_header("Weekly", bad)


def test_uris_stand_in_angle_brackets_whole() -> None:
    """RFC 2369 2; a URI is never folded inside."""
    unsubscribe = "https://news.example.com/u/" + "x" * 60
    assert uri_header("List-Unsubscribe", ["https://example.com/u/abc"]) == (
        b"List-Unsubscribe: <https://example.com/u/abc>\r\n"
    )
    field = uri_header("List-Unsubscribe", [unsubscribe + "x" * 60, "mailto:leave@example.com"])
    assert_well_folded(field)
    assert field.count(b"\r\n ") == 1
    assert f"<{unsubscribe}{'x' * 60}>,".encode() in field


@pytest.mark.parametrize(
    "bad", ["", "/u/abc", "https://é.example", "https://a b", "https://a>,<b:c"]
)
def test_what_is_no_uri_is_refused(bad: str) -> None:
    with pytest.raises(HeaderError):
        uri_header("List-Unsubscribe", [bad])
    with pytest.raises(HeaderError):
        uri_header("List-Unsubscribe", [])


@given(
    st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1), min_size=1)
)
def test_protocol_words_are_folded_and_never_changed(words: list[str]) -> None:
    field = plain_header("Feedback-ID", " ".join(words))
    assert rfc2047.unfold(body(field)) == " " + " ".join(words)
    for line in field.split(b"\r\n"):
        assert len(line) <= 78 or line.count(b" ") == 1


@pytest.mark.parametrize("bad", ["", " a", "a ", "a  b", "é", "a\tb", "a\x7f"])
def test_protocol_words_are_ascii_with_one_space_between(bad: str) -> None:
    with pytest.raises(HeaderError):
        plain_header("Feedback-ID", bad)
