"""The small values of config.toml that are more than a string: durations, rates, mailboxes."""

from __future__ import annotations

import binascii
import ipaddress
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

_DURATION = re.compile(r"(\d+)\s*(s|min|h|d)")
_RATE = re.compile(r"(\d+)\s*/\s*(s|min|h|d)")
# RFC 6376 3.1 lets a selector have dots; one label is enough, and makes a plain file name.
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch
_WEBHOOK_PREFIX = "whsec_"
_SECRET_OCTETS = range(24, 65)  # Standard Webhooks
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` messages in `seconds`."""

    count: int
    seconds: int

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.count / self.seconds


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address, as a From line shows them; the domain in ASCII form."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.address.rpartition("@")[2]


def parse_duration(value: object) -> object:
    """A length of time written as 30s, 15min, 48h or 2d."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError("write a length of time as 30s, 15min, 48h or 2d")
    try:
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
    except OverflowError:
        raise ValueError("no length of time is that long") from None


def parse_rate(value: object) -> object:
    """A rate written as 5/s, 300/min or 10000/h."""
    if not isinstance(value, str):
        return value
    match = _RATE.fullmatch(value.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError("write a rate as 5/s, 300/min or 10000/h")
    return Rate(int(match[1]), _SECONDS[match[2]])


def parse_rates(value: object) -> object:
    """One rate, or a list of them."""
    if isinstance(value, str):
        return (parse_rate(value),)
    return tuple(map(parse_rate, value)) if isinstance(value, list | tuple) else value


def parse_domain(value: str) -> str:
    """A domain as DNS knows it, in A-labels and lower case (RFC 5890); raises ValueError."""
    try:
        valid = validate_email(f"x@{value}", check_deliverability=False)
    except EmailNotValidError:
        raise ValueError(f"not a domain: {value!r}; write it like news.example.org") from None
    return valid.ascii_domain.lower()


def parse_selector(value: str) -> str:
    """A DKIM selector: one DNS label of ours, in lower case; raises ValueError."""
    selector = value.lower()
    if not _SELECTOR(selector):
        raise ValueError("a selector is made of a-z, 0-9 and -, as in m202611")
    return selector


def parse_mailbox(value: object) -> object:
    """A mailbox written as «Name <address>»."""
    if not isinstance(value, str):
        return value
    name, address = parseaddr(value)
    try:
        valid = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValueError(f"write it as Name <name@example.org>: {error}") from None
    if valid.ascii_email is None:
        raise ValueError("a sender's address is written in ASCII")
    return Mailbox(name, valid.ascii_email)


def parse_webhook(value: str) -> str:
    """A webhook's address: https, or http to this machine; raises ValueError."""
    if not value:
        return value
    parts = urlsplit(value)
    if not parts.hostname or parts.fragment or parts.username or not value.isascii():
        raise ValueError("not a web address: write https://alarms.example.org/mailer")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return value
    raise ValueError("a webhook is called by https; by http only on this machine")


def parse_webhook_secret(text: str) -> bytes:
    """The octets of a secret written as whsec_ and base64; raises ValueError."""
    try:
        octets = b64decode(text.strip().removeprefix(_WEBHOOK_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if not text.startswith(_WEBHOOK_PREFIX) or len(octets) not in _SECRET_OCTETS:
        raise ValueError(
            "a webhook's secret is whsec_ and 24 to 64 octets in base64:"
            ' echo "whsec_$(openssl rand -base64 32)"'
        )
    return octets


def is_loopback(host: str) -> bool:
    """Whether a host name can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
