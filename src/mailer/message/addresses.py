"""Header fields that name somebody: mailboxes, and the list itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailer.message.encoded_words import LONGEST_LINE, UNSAFE_IN_PHRASE, q_word
from mailer.message.errors import HeaderError
from mailer.message.folding import LINE_WIDTH, Field, add_encoded, field_start, refuse_breaks

_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\-"  # RFC 5322 3.2.3
_LABELS = r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*"  # RFC 1035 2.3.4
# RFC 5322 3.4.1, with the characters that RFC 6532 3.2 adds to a local part.
_UTEXT = rf"{_ATEXT}\u00a0-\ud7ff\ue000-\U0010ffff"
_ADDR_SPEC = re.compile(rf"[{_UTEXT}]++(?:\.[{_UTEXT}]++)*+@{_LABELS}").fullmatch
_LIST_ID = re.compile(rf"(?=.{{1,255}}\Z)[{_ATEXT}]+(?:\.[{_ATEXT}]+)+").fullmatch  # RFC 2919 2, 3
_ATOMS = re.compile(rf"[{_ATEXT}]++(?: [{_ATEXT}]++)*+").fullmatch
_LETTERS = re.compile(r"[\w .'’-]+").fullmatch  # most names; no half of a surrogate pair is \w
_QUOTABLE = re.compile(r"[!-~]++(?: [!-~]++)*+").fullmatch
_QUOTED_PAIR = re.compile(r'(["\\])')


def address_header(name: str, mailboxes: Sequence[tuple[str, str]]) -> bytes:
    """A field of mailboxes, each a display name (may be "") and an address (RFC 5322 3.4).

    The name is a phrase: plain, quoted or encoded, whichever it needs. An address is never
    encoded (RFC 2047 5): its domain is ASCII, and a local part that is not goes out as UTF-8,
    for SMTPUTF8 only (RFC 6532 3.2). Raises HeaderError.
    """
    if not mailboxes:
        raise HeaderError(f"{name} has no address")
    if len(mailboxes) == 1 and (short := _short_mailbox(name, *mailboxes[0])):
        return short
    field = Field(name, encoded=True)
    last = len(mailboxes) - 1
    for at, (display, addr_spec) in enumerate(mailboxes):
        _check_address(name, addr_spec)
        _add_phrase(field, name, display)
        angle = f"<{addr_spec}>" if display else addr_spec
        field.add(angle if at == last else angle + ",")
    return field.wire()


def list_id_header(title: str, list_id: str) -> bytes:
    """`List-Id: Title <list.domain>`; the identifier stays the same for a list's whole life.

    RFC 2919 2, 3. Raises HeaderError.
    """
    if not _LIST_ID(list_id):
        raise HeaderError(
            f"{list_id!r} is not a list identifier",
            mend="write it like a domain, such as weekly.example.com",
        )
    field = Field("List-Id", encoded=True)
    _add_phrase(field, "List-Id", title)
    field.add(f"<{list_id}>")
    return field.wire()


def _short_mailbox(name: str, display: str, addr_spec: str) -> bytes:
    """A name of plain words, or of one encoded word, and an address, on one line; else b""."""
    if not addr_spec.isascii() or not _ADDR_SPEC(addr_spec):
        return b""
    room = LINE_WIDTH - len(name) - len(addr_spec) - 5
    if not display.isascii() and _LETTERS(display):
        room -= LINE_WIDTH - LONGEST_LINE
        display = q_word(display, UNSAFE_IN_PHRASE, room)
        if not display:
            return b""
    elif len(display) > room or not _ATOMS(display) or "=?" in display:
        return b""
    return f"{field_start(name)} {display} <{addr_spec}>\r\n".encode("ascii")


def _check_address(name: str, addr_spec: str) -> None:
    if not _ADDR_SPEC(addr_spec) or len(addr_spec.encode()) > 254:  # RFC 5321 4.5.3.1.3
        refuse_breaks(name, addr_spec)
        raise HeaderError(f"{addr_spec!r} is not an address that {name} can hold")


def _add_phrase(field: Field, name: str, display: str) -> None:
    """The display name's tokens (RFC 5322 3.2.5; RFC 2047 5 (3))."""
    if not display:
        return
    refuse_breaks(name, display)
    if "=?" not in display:
        words = display.split(" ")
        if (
            _ATOMS(display)
            and len(words[0]) <= field.widest
            and max(map(len, words)) < LONGEST_LINE
        ):
            for word in words:
                field.add(word)
            return
        # A longer one would have to be folded inside the quotes, where readers differ.
        if _QUOTABLE(display) and len(quoted := _quoted(display)) <= field.widest:
            field.add(quoted)
            return
    add_encoded(field, display, UNSAFE_IN_PHRASE)


def _quoted(display: str) -> str:
    return '"' + _QUOTED_PAIR.sub(r"\\\1", display) + '"'
