"""One mail, compiled: a reader in, the bytes of their copy out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailer.composing.errors import ComposingError
from mailer.composing.frozen import FrozenMail, Headers
from mailer.composing.reader import Reader
from mailer.composing.wiring import Encoded, WireLayout
from mailer.message import (
    END_OF_HEADERS,
    Alternative,
    BodyHash,
    DkimSigner,
    address_header,
    date_header,
    header,
    list_id_header,
    multipart_alternative,
    plain_header,
    signature_fields,
    uri_header,
)
from mailer.rendering import Values

_ONE_CLICK = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"  # RFC 8058 2


class Mail:
    """A frozen mail made ready for the wire. Holds no reader's data between two calls.

    Each signer puts a DKIM-Signature before all other fields.
    """

    __slots__ = (
        "_alternative",
        "_body_hash",
        "_dated",
        "_frozen",
        "_html",
        "_list_headers",
        "_mime_version",
        "_sender",
        "_signers",
        "_subjects",
        "_tail",
        "_text",
    )

    def __init__(self, frozen: FrozenMail, signers: Sequence[DkimSigner] = ()) -> None:
        self._frozen = frozen
        self._alternative = multipart_alternative(frozen.boundary)
        self._mime_version, self._tail = _tail(frozen.headers, self._alternative.headers)
        self._sender = _sender(frozen.headers)
        self._list_headers = _list_id(frozen.headers)
        self._text = WireLayout(frozen.text)
        self._html = WireLayout(frozen.html)
        self._signers = tuple(signers)
        self._body_hash = BodyHash(_body_start(self._alternative, self._text, self._html))
        is_personal = any(frozen.subject.holes())
        self._subjects: dict[bool, bytes] | None = None if is_personal else {}
        self._dated: tuple[datetime | None, bytes] = (None, b"")

    @property
    def frozen(self) -> FrozenMail:
        """What it was made from."""
        return self._frozen

    def wire(self, reader: Reader) -> bytes:
        """The reader's whole message, wire-ready: CRLF line ends, 7 bits, no final dot.

        Raises FillError or HeaderError for a value that no mail can carry, ComposingError for a
        reader without address, date or Message-ID.
        """
        if reader.address is None or reader.date is None or not reader.message_id:
            raise ComposingError("a copy needs an address, a date and a Message-ID")
        values = reader.values()
        encoded: Encoded = {}
        parts = self._alternative
        pieces = [
            self._date(reader.date),
            self._sender,
            address_header("To", [(reader.name, str(reader.address))]),
            self._subject(values, test=reader.test),
            plain_header("Message-ID", reader.message_id),
            self._mime_version,
            self._list_headers,
            *_unsubscribe(reader, self._frozen.headers),
            self._tail,
        ]
        body_at = len(pieces) + 1
        pieces += (END_OF_HEADERS, parts.opening)
        self._text.append_to(pieces, values, encoded)
        pieces.append(parts.between)
        self._html.append_to(pieces, values, encoded)
        pieces.append(parts.closing)
        if self._signers:
            return self._signed(pieces, body_at, reader.date)
        return b"".join(pieces)

    def subject(self, reader: Reader) -> str:
        """The reader's subject."""
        return self._frozen.subject.fill(reader.values())

    def html(self, reader: Reader) -> str:
        """The reader's HTML part, as text: for previews and pages."""
        return self._frozen.html.fill(reader.values())

    def text(self, reader: Reader) -> str:
        """The reader's text part."""
        return self._frozen.text.fill(reader.values())

    def _signed(self, pieces: Sequence[bytes], body_at: int, date: datetime) -> bytes:
        head = b"".join(pieces[: body_at - 1])
        body = b"".join(pieces[body_at:])
        signatures = signature_fields(self._signers, head, self._body_hash.of(body), date)
        return b"".join((signatures, head, END_OF_HEADERS, body))

    def _date(self, date: datetime) -> bytes:
        known, field = self._dated
        if known != date:
            field = date_header(date)
            self._dated = (date, field)
        return field

    def _subject(self, values: Values, *, test: bool) -> bytes:
        if self._subjects is None:
            return header("Subject", self._frozen.subject.fill(values))
        if test not in self._subjects:
            self._subjects[test] = header("Subject", self._frozen.subject.fill(values))
        return self._subjects[test]


def _body_start(parts: Alternative, text: WireLayout, html: WireLayout) -> bytes:
    """What the body of every copy begins with, up to the first thing that is personal."""
    start = parts.opening + text.start
    return start + parts.between + html.start if text.is_fixed else start


def _sender(headers: Headers) -> bytes:
    fields = [address_header("From", [headers.sender])]
    if headers.reply_to:
        fields.append(address_header("Reply-To", [headers.reply_to]))
    return b"".join(fields)


def _list_id(headers: Headers) -> bytes:
    return list_id_header(headers.list_title, headers.list_id) if headers.list_id else b""


def _unsubscribe(reader: Reader, headers: Headers) -> tuple[bytes, ...]:
    """The way out that mailbox providers offer: one https URI, a mailto where there is an inbox."""
    if not headers.list_id or not reader.unsubscribe:
        return ()
    uris = [uri for uri in (reader.unsubscribe, reader.unsubscribe_mailto) if uri]
    return uri_header("List-Unsubscribe", uris), _ONE_CLICK


def _tail(headers: Headers, mime: bytes) -> tuple[bytes, bytes]:
    """MIME-Version, and what stands after List-Unsubscribe, up to Content-Type."""
    mime_version, line_end, content_type = mime.partition(b"\r\n")
    fields = []
    if headers.list_id:
        fields.append(plain_header("List-Post", "NO"))  # RFC 2369 3.4
    if headers.feedback_id:
        fields.append(plain_header("Feedback-ID", headers.feedback_id))
    if headers.archive:
        fields.append(uri_header("List-Archive", [headers.archive]))  # RFC 2369 3.6
    if headers.owner:
        fields.append(uri_header("List-Owner", [headers.owner]))  # RFC 2369 3.5
    if headers.automatic:
        fields.append(plain_header("Auto-Submitted", "auto-generated"))  # RFC 3834 5
    return mime_version + line_end, b"".join([*fields, content_type])
