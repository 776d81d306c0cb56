"""A second reader of headers, written from RFC 2047 and RFC 5322 alone.

It shares nothing with the mailer and nothing with Python's email package, so that a header both
read alike is one that other people's programs read alike. It is strict: what the RFCs do not
allow is left undecoded (in text) or refused (in addresses).
"""

from __future__ import annotations

import binascii
import re

_TOKEN = r"[^\x00-\x20\x7f()<>@,;:\"/\[\]?.=]+"  # RFC 2047 2
_ENCODED_WORD = re.compile(rf"=\?({_TOKEN})\?({_TOKEN})\?([!->@-~]+)\?=")
_LONGEST_WORD = 75
_ATOM_CHARACTER = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f]")


class NotInTheRfc(ValueError):
    """This is not what the RFCs allow there."""


def fields(message: bytes) -> list[tuple[str, bytes]]:
    """The fields of a message or header block: names as written, raw bodies with their folds."""
    head = message.split(b"\r\n\r\n", 1)[0].removesuffix(b"\r\n")
    found = []
    for field in re.split(rb"\r\n(?![ \t])", head) if head else []:
        name, colon, body = field.partition(b":")
        if not colon or not re.fullmatch(rb"[!-9;-~]+", name):
            raise NotInTheRfc(f"not a header field: {field!r}")
        found.append((name.decode("ascii"), body))
    return found


def unfold(body: bytes) -> str:
    """RFC 5322 2.2.3: CRLF before white space goes, the white space stays."""
    text = re.sub(rb"\r\n(?=[ \t])", b"", body.removesuffix(b"\r\n"))
    if b"\r" in text or b"\n" in text:
        raise NotInTheRfc(f"a bare line break: {body!r}")
    return text.decode("utf-8")


def text_value(body: bytes) -> str:
    """An unstructured field's text (RFC 2047 5 (1), 6.2), without the space after the colon."""
    return _decode_words(unfold(body).strip(" \t"))


def mailboxes(body: bytes) -> list[tuple[str, str]]:
    """The (display name, address) pairs of an address field (RFC 5322 3.4; RFC 2047 5 (3)).

    In angle brackets a List-Id's identifier is taken too, which has no «@» (RFC 2919 2).
    """
    return [_mailbox(part) for part in _split_at_commas(unfold(body))]


def encoded_words(body: bytes) -> list[str]:
    """Every encoded word in a field, as it is written."""
    return [word for word in unfold(body).split() if _ENCODED_WORD.fullmatch(word)]


def _decode_words(text: str) -> str:
    """White space between two encoded words is not part of the text, all other is (6.2)."""
    out = ""
    gap = ""
    after_encoded = False
    for piece in re.split(r"([ \t]+)", text):
        if not piece.strip(" \t"):
            gap = piece
            continue
        decoded = _decode_word(piece)
        if not (after_encoded and decoded is not None):
            out += gap
        out += piece if decoded is None else decoded
        gap, after_encoded = "", decoded is not None
    return out + gap


def _decode_word(word: str) -> str | None:
    """One encoded word's text; None where it is none and stands for itself (6.3)."""
    match = _ENCODED_WORD.fullmatch(word)
    if not match or len(word) > _LONGEST_WORD:
        return None
    charset, encoding, text = match.groups()
    octets = {"q": _from_q, "b": _from_b}[encoding.lower()](text)
    return octets.decode(charset.partition("*")[0])  # RFC 2231 5: a language may follow


def _from_b(text: str) -> bytes:
    return binascii.a2b_base64(text, strict_mode=True)


def _from_q(text: str) -> bytes:
    out = bytearray()
    at = 0
    while at < len(text):
        if text[at] == "_":
            out.append(0x20)
        elif text[at] == "=":
            out.append(int(text[at + 1 : at + 3], 16))
            at += 2
        else:
            out.append(ord(text[at]))
        at += 1
    return bytes(out)


def _split_at_commas(text: str) -> list[str]:
    parts, part, quoted, at = [], "", False, 0
    while at < len(text):
        if quoted and text[at] == "\\":
            part += text[at : at + 2]
            at += 2
            continue
        quoted ^= text[at] == '"'
        if text[at] == "," and not quoted:
            parts.append(part)
            part = ""
        else:
            part += text[at]
        at += 1
    return [*parts, part]


def _mailbox(text: str) -> tuple[str, str]:
    text = text.strip(" \t")
    if not text.endswith(">"):
        if "@" not in text:
            raise NotInTheRfc(f"not an address: {text!r}")
        return "", _address(text)
    phrase, _, address = text[:-1].rpartition("<")
    return _phrase(phrase.strip(" \t")), _address(address)


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    dotted = [*local.split("."), *domain.split(".")] if at else domain.split(".")
    if not all(part and all(map(_ATOM_CHARACTER.fullmatch, part)) for part in dotted):
        raise NotInTheRfc(f"not an address: {text!r}")
    if "=?" in text:
        raise NotInTheRfc(f"an encoded word in an address: {text!r}")
    return text


def _phrase(text: str) -> str:
    if text.startswith('"'):
        match = re.fullmatch(r'"((?:[^"\\\r\n]|\\.)*)"', text)
        if not match:
            raise NotInTheRfc(f"not a quoted string: {text!r}")
        return re.sub(r"\\(.)", r"\1", match[1])
    for word in text.split():
        encoded = _ENCODED_WORD.fullmatch(word)
        if encoded and encoded[2].lower() == "q":
            if not re.fullmatch(r"[A-Za-z0-9!*+/=_-]+", encoded[3]):  # RFC 2047 5 (3)
                raise NotInTheRfc(f"not for a phrase: {word!r}")
        elif not encoded and not all(map(_ATOM_CHARACTER.fullmatch, word)):
            raise NotInTheRfc(f"not an atom: {word!r}")
    return _decode_words(text)
