"""What the server offers: its answer to EHLO, parsed once."""

from __future__ import annotations

from dataclasses import dataclass

from mailer.smtp.replies import Reply


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The extensions we act on; a server that knows only HELO has none of them.

    `size` is the largest message in octets, 0 for «no fixed limit», None when not offered
    (RFC 1870 4). The three limits are those of RFC 9422 4; None means none was stated.
    """

    pipelining: bool = False  # RFC 2920
    size: int | None = None  # RFC 1870
    smtputf8: bool = False  # RFC 6531
    enhanced_codes: bool = False  # RFC 2034
    dsn: bool = False  # RFC 3461
    eight_bit: bool = False  # RFC 6152; unused, our bodies are 7-bit
    starttls: bool = False  # RFC 3207
    auth: tuple[str, ...] = ()  # RFC 4954
    mail_max: int | None = None  # RFC 9422 4.1: transactions in a session
    rcpt_max: int | None = None  # RFC 9422 4.2: recipients in a transaction; we send one
    rcpt_domain_max: int | None = None  # RFC 9422 4.3: recipients' domains in a session


def parse_capabilities(reply: Reply) -> Capabilities:
    """Reads the answer to EHLO; what it does not understand it leaves out (RFC 5321 4.1.1.1)."""
    offers: dict[str, list[str]] = {}
    for line in reply.lines[1:]:  # the first line is the server's name and greeting
        keyword, *parameters = line.split() or [""]
        offers[keyword.upper()] = parameters
    limits = _limits(offers.get("LIMITS", []))
    return Capabilities(
        pipelining="PIPELINING" in offers,
        size=_size(offers.get("SIZE")),
        smtputf8="SMTPUTF8" in offers,
        enhanced_codes="ENHANCEDSTATUSCODES" in offers,
        dsn="DSN" in offers,
        eight_bit="8BITMIME" in offers,
        starttls="STARTTLS" in offers,
        auth=tuple(method.upper() for method in offers.get("AUTH", [])),
        mail_max=limits.get("MAILMAX"),
        rcpt_max=limits.get("RCPTMAX"),
        rcpt_domain_max=limits.get("RCPTDOMAINMAX"),
    )


def _size(parameters: list[str] | None) -> int | None:
    if parameters is None:
        return None
    return _number(parameters[0]) or 0 if parameters else 0


def _limits(parameters: list[str]) -> dict[str, int]:
    """RFC 9422 3: «NAME=value» pairs; a name without a sensible value states no limit."""
    pairs = (parameter.partition("=") for parameter in parameters)
    values = {name.upper(): _number(value) for name, _, value in pairs}
    return {name: value for name, value in values.items() if value}


def _number(text: str) -> int | None:
    # RFC 1870 4: at most 20 digits, and int() would take other scripts' digits and underscores
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None
