"""What EHLO's answer offers, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.smtp import Capabilities, Reply, parse_capabilities


def parse(*lines: str) -> Capabilities:
    return parse_capabilities(Reply(250, "\n".join(["mx.example greets you", *lines]).encode()))


def test_everything_we_act_on_is_read() -> None:
    lines = (
        "PIPELINING",
        "SIZE 52428800",
        "8BITMIME",
        "SMTPUTF8",
        "ENHANCEDSTATUSCODES",
        "DSN",
        "STARTTLS",
        "AUTH PLAIN login",
        "LIMITS MAILMAX=20 RCPTMAX=100 RCPTDOMAINMAX=1",
        "XCLIENT NAME",
    )
    assert parse(*lines) == Capabilities(
        pipelining=True,
        size=52428800,
        smtputf8=True,
        enhanced_codes=True,
        dsn=True,
        eight_bit=True,
        starttls=True,
        auth=("PLAIN", "LOGIN"),
        mail_max=20,
        rcpt_max=100,
        rcpt_domain_max=1,
    )
    assert parse(*(line.lower() for line in lines)) == parse(*lines)


def test_the_greeting_line_offers_nothing() -> None:
    assert parse_capabilities(Reply(250, b"PIPELINING")) == Capabilities()


@pytest.mark.parametrize(
    ("line", "size"),
    [("SIZE", 0), ("SIZE 0", 0), ("SIZE 7", 7), ("SIZE big", 0), ("SIZE -7", 0), ("SIZE ٧", 0)],
)
def test_size_without_a_number_is_no_limit(line: str, size: int) -> None:
    assert parse(line).size == size


@pytest.mark.parametrize("limit", ["MAILMAX", "MAILMAX=", "MAILMAX=0", "MAILMAX=x", "=7"])
def test_a_limit_without_a_sensible_value_is_none(limit: str) -> None:
    assert parse(f"LIMITS {limit}").mail_max is None


@given(lines=st.lists(st.text(max_size=30), max_size=10))
def test_no_answer_is_too_strange(lines: list[str]) -> None:
    parse_capabilities(Reply(250, "\n".join(lines).encode("utf-8", "replace")))
