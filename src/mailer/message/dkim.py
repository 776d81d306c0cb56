"""DKIM: the sender's domain answers for a message, by a signature in its header (RFC 6376).

What is signed is the header fields that make the message what it is, and a hash of its whole body.
Each signer adds a field of its own; none covers another, so a verifier that knows one algorithm
only is content with that one (RFC 8463 6).
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from mailer.message.errors import HeaderError
from mailer.message.folding import LINE_WIDTH, Field
from mailer.message.relaxed import relaxed_fields
from mailer.message.signing_keys import SigningKey

# Each stands once at most (RFC 5322 3.6, RFC 2045 4, RFC 2045 5): also where it is absent, h= says
# so, and nobody can add one unseen (RFC 6376 5.4.2, 8.15).
_ALWAYS = (
    b"from",
    b"to",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SELECTOR = re.compile(_LABEL).fullmatch
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*").fullmatch


@dataclass(frozen=True, slots=True)
class DkimSigner:
    """A domain's key under the selector by which DNS knows it.

    `domain` and `selector` are lower-case A-labels, the selector a single one. Raises HeaderError.
    """

    domain: str
    selector: str
    key: SigningKey

    def __post_init__(self) -> None:
        if not _DOMAIN(self.domain) or not _SELECTOR(self.selector):
            raise HeaderError(f"{self.selector!r} of {self.domain!r} cannot stand in a signature")


def record_name(domain: str, selector: str) -> str:
    """The DNS name of a selector's TXT record, without a dot at its end (RFC 6376 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def signature_fields(
    signers: Sequence[DkimSigner], head: bytes, body_hash: bytes, when: datetime
) -> bytes:
    """The DKIM-Signature fields of a message, to stand before all others.

    `head` is its header fields, each with its CRLF; `body_hash` comes from BodyHash; `when` is the
    moment of signing, aware. Raises HeaderError for a message without From (RFC 6376 5.4).
    """
    names, signed = _covered(head)
    moment = int(when.timestamp())
    return b"".join(_field(signer, names, signed, body_hash, moment) for signer in signers)


def _covered(head: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """What h= lists, and the relaxed fields in the order that a verifier reads them in."""
    found: dict[bytes, list[bytes]] = {name: [] for name in _ALWAYS}
    for name, field in relaxed_fields(head):
        if name in found or name.startswith(b"list-") or name == b"feedback-id":
            found.setdefault(name, []).append(field)
    if not found[b"from"]:
        raise HeaderError("a message without From cannot be signed")
    # Once more than it stands there; the last one of a name is read first (RFC 6376 5.4.2).
    names = tuple(name for name, fields in found.items() for _ in range(len(fields) + 1))
    return names, b"".join(field for fields in found.values() for field in reversed(fields))


def _field(
    signer: DkimSigner, names: tuple[bytes, ...], signed: bytes, body_hash: bytes, moment: int
) -> bytes:
    key = signer.key
    wire, relaxed = _opening(key.algorithm, signer.domain, signer.selector, moment, names)
    # RFC 6376 3.7: the field itself comes last, its b= empty, without its CRLF.
    signature = key.sign(b"%b%b bh=%b; b=" % (signed, relaxed, body_hash))
    value = _folded(b2a_base64(signature, newline=False))
    return b"%b\r\n bh=%b;\r\n b=%b\r\n" % (wire, body_hash, value)


@lru_cache(maxsize=64)
def _opening(
    algorithm: str, domain: str, selector: str, moment: int, names: tuple[bytes, ...]
) -> tuple[bytes, bytes]:
    """The field up to the body hash, as it is sent and relaxed: the same for a second's mails."""
    field = Field("DKIM-Signature")
    for tag in (
        "v=1;",
        f"a={algorithm};",
        "c=relaxed/relaxed;",
        f"d={domain};",
        f"s={selector};",
        f"t={moment};",
        *_lines_of(names),
    ):
        field.add(tag)
    wire = field.wire()
    return wire.removesuffix(b"\r\n"), relaxed_fields(wire)[0][1].removesuffix(b"\r\n")


def _lines_of(names: Sequence[bytes]) -> Iterator[str]:
    """h= in pieces that each fit on a line, broken after colons (RFC 6376 3.5)."""
    line = "h="
    for at, name in enumerate(names):
        word = name.decode("ascii") + (":" if at < len(names) - 1 else ";")
        if len(line) + len(word) > LINE_WIDTH - 1:
            yield line
            line = ""
        line += word
    yield line


def _folded(value: bytes) -> bytes:
    """Base64 on lines that are full, the first beside «b=» (RFC 6376 3.5: b= may be folded)."""
    first = LINE_WIDTH - len(" b=")
    rest = range(first, len(value), LINE_WIDTH - 1)
    return b"\r\n ".join([value[:first], *(value[at : at + LINE_WIDTH - 1] for at in rest)])
