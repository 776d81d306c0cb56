"""The wire form of a mail is, decoded, what the slow way makes; for any reader's values."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rfc2047
from composing.issues import FRAME, MARIE, SUBJECT, edition, hole, issue, section, templates
from composing.slow_reference import slow_mail, what_a_browser_reads
from mailer.composing import FrozenMail, Mail, Reader, compile_issue
from mailer.content import Issue
from message.physical_lines import assert_wire_ready
from message.texts import NAMES, values

mjml_values = st.one_of(  # what an XML parser takes: the slow way sends values through MJML
    st.sampled_from([name for name in NAMES if "\t" not in name]),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=80),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(scope="module")
def written() -> Issue:
    return issue(
        edition(
            section(f"<p>Bonjour {hole('first_name')} !</p><p>.Début\nFrom ici</p>"),
            section(
                '<p>Un <a href="https://a.example/?x=1&amp;y=2">lien</a> vers <em>ailleurs</em>, '
                'avec des\u00a0: «\u202fguillemets\u202f» 👩🏽\u200d💻.</p><ul><li>un</li></ul>',
                "Titre",
            ),
            subject=f"{SUBJECT} {hole('first_name')}",
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def mail(folder: Path, written: Issue) -> Mail:
    return Mail(compile_issue(written, templates(folder), FRAME).editions["fr"])


def parsed(wire: bytes) -> EmailMessage:
    message = email.message_from_bytes(wire, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    assert isinstance(found, EmailMessage)
    assert not found.defects
    payload = found.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8").replace("\r\n", "\n")


def assert_lines_hold(wire: bytes) -> None:
    """RFC 5322 2.1.1 and 2.3; RFC 2045 6.7 and RFC 2049 3 for both parts, across every joint."""
    assert wire.count(b"\r") == wire.count(b"\n") == wire.count(b"\r\n")
    assert wire.isascii()
    assert b"\r\n." not in wire
    head, _, body = wire.partition(b"\r\n\r\n")
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    boundary = body.split(b"\r\n", 1)[0]
    parts = body.split(boundary)
    assert len(parts) == 4
    for each in parts[1:3]:
        encoded = each.split(b"\r\n\r\n", 1)[1]
        assert encoded.endswith(b"\r\n\r\n")  # the second belongs to the boundary
        assert_wire_ready(encoded[:-2])


readers = st.builds(
    lambda name, first, city, locale, links, test: replace(
        MARIE,
        name=name,
        first_name=first,
        locale=locale,
        attributes={"city": city},
        test=test,
        **({} if links else {"unsubscribe": "", "view": ""}),
    ),
    values,
    values,
    st.one_of(values, st.just("Lyon"), st.just("")),
    st.sampled_from(["fr", ""]),
    st.booleans(),
    st.booleans(),
)


@given(readers)
def test_a_copy_decodes_to_exactly_what_was_filled_in(mail: Mail, reader: Reader) -> None:
    wire = mail.wire(reader)
    assert_lines_hold(wire)
    message = parsed(wire)
    assert part(message, "plain") == mail.text(reader)
    assert part(message, "html") == mail.html(reader)


@given(readers)
def test_headers_hold_what_went_in(mail: Mail, reader: Reader) -> None:
    """Read by a decoder of its own: Python 3.11 loses spaces when it folds and unfolds."""
    fields = dict(rfc2047.fields(mail.wire(reader)))
    assert rfc2047.text_value(fields["Subject"]) == mail.subject(reader)
    [(name, address)] = rfc2047.mailboxes(fields["To"])
    assert (name, address) == (reader.name, str(reader.address))


@settings(max_examples=60)
@given(mjml_values, mjml_values, st.one_of(mjml_values, st.just("Lyon")), st.booleans())
def test_a_copy_is_what_the_slow_way_makes(
    mail: Mail, folder: Path, written: Issue, name: str, first: str, city: str, test: bool
) -> None:
    reader = replace(MARIE, name=name, first_name=first, attributes={"city": city}, test=test)
    slow = slow_mail(written, folder, reader)
    quick = parsed(mail.wire(reader))
    assert part(quick, "plain") == part(slow, "plain")
    assert what_a_browser_reads(part(quick, "html")) == what_a_browser_reads(part(slow, "html"))


def test_a_frozen_mail_goes_through_json_and_gives_identical_bytes(mail: Mail) -> None:
    thawed = FrozenMail.from_json(mail.frozen.to_json())
    assert thawed == mail.frozen
    assert Mail(thawed).wire(MARIE) == mail.wire(MARIE)


def test_compiling_again_gives_identical_bytes(mail: Mail, folder: Path, written: Issue) -> None:
    again = Mail(compile_issue(written, templates(folder), FRAME).editions["fr"])
    assert again.wire(MARIE) == mail.wire(MARIE)


def test_a_copy_holds_nothing_of_the_reader_before(mail: Mail) -> None:
    fresh = mail.wire(MARIE)
    mail.wire(replace(MARIE, name="Someone Else", first_name="Else", test=True))
    assert mail.wire(MARIE) == fresh
